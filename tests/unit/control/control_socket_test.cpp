// SPDX-License-Identifier: Apache-2.0
#include "core/control/control_socket.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/unit/control/service_fixture.hpp"

namespace amibroker::control {
namespace {

using ::testing::HasSubstr;

using ControlSocketTest = ServiceTest;

std::string why_not(base::EventLoop& loop, const Site& site, const std::filesystem::path& path) {
  Service service(loop, site);
  try {
    service.open(ControlSocket::Settings{path, {}});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

TEST_F(ControlSocketTest, IsForItsGroupAloneAndLeavesNothing) {
  start();
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0660U);
  stop();
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ControlSocketTest, TakesThePlaceOfOneThatIsLeftAlone) {
  {
    boost::asio::io_context io;
    boost::asio::local::stream_protocol::acceptor left(io, path().string());
  }
  ASSERT_TRUE(std::filesystem::exists(path()));
  start();
  EXPECT_EQ(local().get("/v1").status, 200);
}

TEST_F(ControlSocketTest, TakesNothingFromAnotherOwner) {
  start();
  EXPECT_THAT(why_not(loop, site, path()), HasSubstr("another process serves it"));
  EXPECT_EQ(local().get("/v1").status, 200) << "the first one is still there";
  const auto file = folder.write("file", "precious");
  EXPECT_THAT(why_not(loop, site, file), HasSubstr("something else is there"));
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_THAT(why_not(loop, site, folder.path() / "no" / "folder"), HasSubstr("see whether its folder is there"));
  EXPECT_THAT(why_not(loop, site, folder.path() / std::string(120, 'a')), HasSubstr("longer than 107 bytes"));
}

TEST_F(ControlSocketTest, ClientsThatDoNotReadKeepNobodyOut) {
  start();
  std::vector<Client> idle;
  for (int i = 0; i < 200; ++i) {
    idle.push_back(local());
    idle.back().send("GET /v1/big HTTP/1.1\r\nHost: x\r\n\r\n");
    if (i % 20 != 0) continue;
    EXPECT_EQ(local().get("/v1/echo?text=a").status, 200) << i;
  }
  EXPECT_EQ(local().get("/v1/echo?text=a").status, 200);
}

TEST_F(ControlSocketTest, AThousandConnectionsAreBounded) {
  rlimit limit{};  // for the clients, which are this process, too
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  start();
  std::vector<Client> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(local());
    if (i % 100 != 0) continue;
    EXPECT_EQ(local().get("/v1/echo?text=a").status, 200) << i;
  }
  EXPECT_TRUE(idle.front().is_closed()) << "the oldest goes first";
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) ++files;
  EXPECT_LT(files, 1000 + ControlSocket::most_sessions + 50);
}

TEST_F(ControlSocketTest, WhoWaitsForAnAnswerIsNotSentAway) {
  start();
  Client waits = local();
  waits.send("GET /v1/later HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_for_later(1);
  std::vector<Client> idle;
  for (std::size_t i = 0; i < 2 * ControlSocket::most_sessions; ++i) idle.push_back(local());
  EXPECT_EQ(local().get("/v1/echo?text=a").status, 200);
  on_loop([&] { kept.front()(Json{{"at", "last"}}); });
  EXPECT_EQ(waits.reply().json(), (Json{{"at", "last"}}));
}

TEST_F(ControlSocketTest, ItsEndDropsWhatIsUnderWay) {
  start();
  std::vector<Client> clients;
  for (const auto* const text : {"", "GET /v1 HT", "GET /v1/big HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    clients.push_back(local());
    clients.back().send(text);
  }
  Client waits = local();
  waits.send("GET /v1/later HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_for_later(1);
  stop();
  EXPECT_EQ(waits.reply().status, 0);
  // The command still has its Done, and uses it after the end.
  kept.front()(Json(1));
  kept.clear();
}

}  // namespace
}  // namespace amibroker::control
