// SPDX-License-Identifier: Apache-2.0
//
// The doctor, asked on the command line and over the control socket of a running daemon.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

/// What the control socket answers: the status line and the headers, and the JSON after them.
struct HttpAnswer {
  std::string head;
  json body;
};

HttpAnswer get(const std::string& socket_path, const std::string& target) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  std::string text;
  // The socket interface takes sockaddr for every family.
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(::send(socket, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    char bytes[4096];
    for (ssize_t count = 0; (count = ::recv(socket, bytes, sizeof bytes, 0)) > 0;)
      text.append(bytes, static_cast<std::size_t>(count));
  }
  ::close(socket);
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return {text, {}};
  return {text.substr(0, end), json::parse(text.substr(end + 4), nullptr, false)};
}

class Doctor : public System {
 protected:
  void make_two_native_servers() {
    sim::ServerOptions native;
    native.transport = sim::Transport::ami;
    native.asterisk.hints = {{"200", "internal", "PJSIP/200&Custom:PJSIP/200"}};
    make_fleet({native, native});
  }
  /// How the daemon ends if it is asked to look at server 0; what it says is in `daemon`.
  std::optional<int> look(const std::string& server = "server-0") {
    Daemon doctor(AMIBROKER_DAEMON, {"--doctor", server, folder.write("config.ini", config())});
    const auto code = doctor.exit_code();
    said = doctor.output();
    return code;
  }
  std::string said;
};

TEST_F(Doctor, EndsWith0IfNothingIsWrong) {
  make_two_native_servers();
  EXPECT_EQ(look(), 0) << said;
  EXPECT_THAT(said, HasSubstr("ok       test write"));
  EXPECT_THAT(said, Not(HasSubstr("wrong")));
  EXPECT_EQ(look("Console 0"), 0) << said;
}

TEST_F(Doctor, EndsWith1AndSaysWhatToDo) {
  make_two_native_servers();
  secrets[0] = "h1dden-text";
  EXPECT_EQ(look(), 1) << said;
  EXPECT_THAT(said, HasSubstr("wrong    login"));
  EXPECT_THAT(said, HasSubstr("-> In manager.conf there, [broker]"));
  EXPECT_THAT(said, Not(HasSubstr("h1dden-text")));
}

TEST_F(Doctor, AServerThatIsNotThereIsAWrongCommandLine) {
  make_two_native_servers();
  EXPECT_EQ(look("server-7"), 64);
  EXPECT_THAT(said, HasSubstr("there is no server \"server-7\""));
}

TEST_F(Doctor, ARunningDaemonAnswersOverItsSocket) {
  make_two_native_servers();
  const std::string socket = (folder.path() / "control.sock").string();
  start_and_connect("", "[control]\nsocket = " + socket + "\n");
  ASSERT_TRUE(daemon->says("commands are taken at ")) << daemon->output();
  const HttpAnswer good = get(socket, "/v1/doctor?name=server-0");
  EXPECT_THAT(good.head, HasSubstr("200 OK"));
  EXPECT_EQ(good.body.value("server", ""), "server-0");
  ASSERT_FALSE(good.body["findings"].empty()) << good.body;
  for (const json& finding : good.body["findings"]) {
    EXPECT_EQ(finding.size(), 4U) << finding;
    EXPECT_EQ(finding.value("result", ""), "ok") << finding;
  }
  EXPECT_EQ(get(socket, "/v1/doctor?name=server-7").body["error"].value("code", ""), "unknown_server");
  EXPECT_THAT(get(socket, "/v1/doctor").head, HasSubstr("400"));
}

TEST_F(Doctor, ADaemonEndsAtOnceAlsoWhileTheDoctorIsAtWork) {
  make_two_native_servers();
  const std::string socket = (folder.path() / "control.sock").string();
  start_and_connect("", "[control]\nsocket = " + socket + "\n");
  (*fleet)[0].freeze(true);
  std::thread client([&] { get(socket, "/v1/doctor?name=server-0"); });
  // The doctor's connection to the other server, which answers it, beside the daemon's.
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].logins() >= 2; }));
  const auto asked = sim::Clock::now();
  EXPECT_EQ(daemon->stop(), 0) << daemon->output();
  EXPECT_LT(sim::Clock::now() - asked, 3s);
  client.join();
}

}  // namespace
}  // namespace amibroker::system_test
