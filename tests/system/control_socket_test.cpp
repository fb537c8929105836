// SPDX-License-Identifier: Apache-2.0
//
// The control socket itself: who may use it, what is there already, and how it ends.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "tests/system/control_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uid_t nobody = 65534;
/// Of groups that every Debian has, and that nothing runs with here.
constexpr gid_t lookers = 60;  // games
constexpr gid_t changers = 9;  // news
constexpr gid_t others = 13;   // proxy

int connected(const std::string& path) {
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  path.copy(place.sun_path, sizeof place.sun_path - 1);
  EXPECT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
  return client;
}

class ControlSocket : public ControlSystem {
 protected:
  void start_for_groups() {
    make_fleet(1);
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    start_controlled({.servers = {0}, .after = control("look_group = games\nchange_group = news\n")});
  }
};

TEST_F(ControlSocket, IsForItsGroupsAndForNobodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  start_for_groups();
  struct stat file {};
  ASSERT_EQ(::stat(socket().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777, 0660U);
  EXPECT_EQ(file.st_gid, lookers);

  const auto may_look = [&] { return refusal_of([&] { return look("status"); }).first; };
  const auto may_change = [&] { return refusal_of([&] { return change("reload"); }).first; };
  as_user(nobody, others, {}, [&] {
    EXPECT_EQ(may_look(), 403) << "the system does not let it in";
    EXPECT_EQ(may_change(), 403);
  });
  as_user(nobody, others, {lookers}, [&] {
    EXPECT_EQ(may_look(), 200);
    const auto [code, text] = refusal_of([&] { return change("reload"); });
    EXPECT_EQ(code, 403);
    EXPECT_THAT(text, HasSubstr("you may not change anything here"));
  });
  EXPECT_THAT(daemon->output(), Not(HasSubstr("asks for"))) << "what is refused is not done";
  as_user(nobody, lookers, {changers}, [&] {
    EXPECT_EQ(may_look(), 200);
    EXPECT_EQ(may_change(), 200);
  });
  EXPECT_TRUE(daemon->says("control: uid 65534 ")) << daemon->output();
}

TEST_F(ControlSocket, WithoutGroupsIsForRootAndTheDaemonsUserAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  make_fleet(1);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  start_controlled(with_control({0}));
  ASSERT_EQ(::chmod(socket().c_str(), 0666), 0) << "as if somebody had opened it to all";
  as_user(nobody, lookers, {changers}, [&] {
    EXPECT_EQ(refusal_of([&] { return look("status"); }).first, 403);
    EXPECT_EQ(refusal_of([&] { return change("reload"); }).first, 403);
  });
  EXPECT_EQ(look("status").at("health"), "well");
}

TEST_F(ControlSocket, ThatAnEarlierLifeLeftIsReplaced) {
  make_fleet(1);
  start_controlled(with_control({0}));
  daemon->signal(SIGKILL);
  ASSERT_TRUE(daemon->exit_code());
  ASSERT_TRUE(std::filesystem::is_socket(socket())) << "it could not take it away";
  EXPECT_EQ(run({"status"}).code, 69);
  start_controlled(with_control({0}));
  EXPECT_EQ(look("status").at("health"), "well");
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(socket()));
}

TEST_F(ControlSocket, DoesNotTakeThePlaceOfAnythingElse) {
  make_fleet(1);
  const std::string file = folder.write("control.sock", "precious");
  start(text_of(with_control({0})));
  EXPECT_TRUE(daemon->says("something else is there; name another place")) << daemon->output();
  EXPECT_TRUE(daemon->says("[server-0] is up")) << "it goes on without: " << daemon->output();
  EXPECT_EQ(std::filesystem::file_size(file), 8U);
}

TEST_F(ControlSocket, OfADaemonThatRunsIsLeftToIt) {
  make_fleet(1);
  start_controlled(with_control({0}));
  Daemon second(AMIBROKER_DAEMON, {(folder.path() / "config.ini").string()});
  EXPECT_TRUE(second.says("another process serves it; does the broker run already?")) << second.output();
  EXPECT_TRUE(second.says("[server-0] is up")) << second.output();
  EXPECT_EQ(second.stop(), 0);
  EXPECT_EQ(run({"status"}).code, 0) << "the end of the other one takes nothing away";
}

TEST_F(ControlSocket, ItsEndLeavesNoClientWaiting) {
  make_fleet(1);
  start_controlled(with_control({0}));
  const int half = connected(socket());
  constexpr std::string_view begin = "POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{\"che";
  ASSERT_EQ(::send(half, begin.data(), begin.size(), MSG_NOSIGNAL), static_cast<ssize_t>(begin.size()));
  const int whole = connected(socket());
  constexpr std::string_view question = "POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
  // Both wait for a process that stands still, and which of the two comes first is its own affair.
  daemon->signal(SIGSTOP);
  ASSERT_EQ(::send(whole, question.data(), question.size(), MSG_NOSIGNAL), static_cast<ssize_t>(question.size()));
  daemon->signal(SIGTERM);
  daemon->signal(SIGCONT);
  EXPECT_EQ(daemon->exit_code(), 0) << daemon->output();
  const timeval limit{20, 0};
  for (const int client : {half, whole}) {
    ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::array<char, 4096> answer;
    ssize_t count = 0;
    while ((count = ::recv(client, answer.data(), answer.size(), 0)) > 0) {
    }
    EXPECT_TRUE(count == 0 || errno == ECONNRESET) << errno;
    ::close(client);
  }
  EXPECT_FALSE(std::filesystem::exists(socket()));
}

TEST_F(ControlSocket, TheToolSaysWhatIsWrongAndEndsAccordingly) {
  make_fleet(1);
  EXPECT_EQ(run({"status"}).code, 69);
  EXPECT_THAT(run({"status"}).output, HasSubstr("does it run"));
  EXPECT_EQ(run({"help"}).code, 0) << "also without a broker";
  EXPECT_THAT(run({"help"}).output, HasSubstr("it cannot be asked"));
  start_controlled(with_control({0}));
  EXPECT_EQ(run({}).code, 64);
  EXPECT_EQ(run({"staus"}).code, 64);
  EXPECT_THAT(run({"staus"}).output, HasSubstr("did you mean \"status\""));
  EXPECT_EQ(run({"server"}).code, 64);
  EXPECT_EQ(run_tool({"--version"}).code, 0);
  const Ran unknown = run({"server", "nowhere", "--json"});
  EXPECT_EQ(unknown.code, 64);
  EXPECT_THAT(unknown.output, AllOf(HasSubstr("\"code\": \"unknown_server\""), HasSubstr("zmq-ami-brokerctl: ")));
}

}  // namespace
}  // namespace amibroker::system_test
