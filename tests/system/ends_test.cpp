// SPDX-License-Identifier: Apache-2.0
//
// What ends the daemon, what does not, and how long its end takes.
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ::testing::HasSubstr;

// The daemon has 2 s here; the rest is for sanitizers and a busy machine.
constexpr auto soon = 6s;
constexpr const char* two_seconds = "stop_limit = 2\n";
constexpr int forced_end = 70;

class Ends : public System {
 protected:
  static std::string hanging(const std::string& plugin) {
    return std::string("[plugins]\npath = ") + AMIBROKER_HANGING_PLUGINS + "\n" + plugin + " = yes\n";
  }
  /// It ends in time although something hangs, and says so.
  void expect_forced_end(const std::string& text) {
    EXPECT_EQ(daemon->exit_code(soon), forced_end) << daemon->output();
    EXPECT_THAT(daemon->output(), HasSubstr(text));
    daemon.reset();
  }
  /// It still does its work.
  void expect_alive() {
    (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::inuse);
    EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
    EXPECT_TRUE(daemon->runs());
  }
};

TEST_F(Ends, SighupSigusr2AndSigpipeDoNotEndIt) {
  make_fleet(2);
  start_and_connect();
  for (const int number : {SIGHUP, SIGUSR2, SIGPIPE}) daemon->signal(number);
  EXPECT_TRUE(daemon->says("was read again: nothing is different")) << daemon->output();
  expect_alive();
}

TEST_F(Ends, SignalsThatItsStarterIgnoresStillReachIt) {
  make_fleet(2);
  for (const int number : {SIGHUP, SIGTERM}) ::signal(number, SIG_IGN);
  start(config());
  daemon->signal(SIGHUP);  // also one that comes before it can be carried out
  for (const int number : {SIGHUP, SIGTERM}) ::signal(number, SIG_DFL);
  connect();
  daemon->signal(SIGHUP);
  EXPECT_TRUE(daemon->says("was read again: nothing is different")) << daemon->output();
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->exit_code(soon), 0) << daemon->output();
}

TEST_F(Ends, ALogWhoseReaderIsGoneDoesNotEndIt) {
  make_fleet(2);
  start_and_connect("verbose_messages = yes\n");
  daemon->close_output();
  expect_alive();
}

TEST_F(Ends, ALogThatNobodyReadsDelaysTheEndByASecondAtMost) {
  make_fleet(2);
  start_and_connect();
  daemon->block_output();
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->exit_code(soon), 0);
}

TEST_F(Ends, APluginThatHangsInStopIsNamedAndCutShort) {
  make_fleet(1);
  start_and_connect(two_seconds, hanging("hangs_in_stop"));
  daemon->signal(SIGTERM);
  expect_forced_end("2000 ms after signal 15. It was waiting for plugin hangs_in_stop to stop");
}

TEST_F(Ends, APluginThatHoldsTheLoopIsCutShort) {
  make_fleet(1);
  start_and_connect(two_seconds, hanging("hangs_in_event"));
  (*fleet)[0].publish({{"Event", "Probe"}});
  ASSERT_TRUE(daemon->says("hangs now")) << daemon->output();
  daemon->signal(SIGTERM);
  expect_forced_end("It was waiting for the event loop, which a plugin (");
}

TEST_F(Ends, APluginThatHangsInStartIsCutShort) {
  make_fleet(1);
  start(config(two_seconds, hanging("hangs_in_start")));
  ASSERT_TRUE(daemon->says("hangs now")) << daemon->output();
  daemon->signal(SIGTERM);
  expect_forced_end("It was waiting for the plugins to start (");
}

TEST_F(Ends, BothAHangingPluginAndALogThatNobodyReadsAreCutShort) {
  make_fleet(1);
  start_and_connect(two_seconds, hanging("hangs_in_stop"));
  daemon->block_output();
  daemon->signal(SIGTERM);
  expect_forced_end("");
}

TEST_F(Ends, ASecondSignalEndsItAtOnce) {
  for (const int second : {SIGTERM, SIGINT}) {
    make_fleet(1);
    start_and_connect(two_seconds, hanging("hangs_in_stop"));
    daemon->signal(SIGTERM);
    ASSERT_TRUE(daemon->says("hangs now")) << daemon->output();
    daemon->signal(second);
    expect_forced_end("a second signal (" + std::to_string(second) +
                      ") came before the end. It was waiting for plugin hangs_in_stop to stop");
  }
}

/// systemd's end of NOTIFY_SOCKET.
class Systemd : public Ends {
 protected:
  void SetUp() override {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (folder.path() / "notify").string().copy(address.sun_path, sizeof address.sun_path - 1);
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", address.sun_path, 1);
  }
  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    System::TearDown();
    ::close(socket_);
  }
  /// The next message, or nothing if none comes.
  std::string next(int flags = 0) const {
    std::array<char, 1024> buffer;
    const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), flags);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

 private:
  int socket_ = -1;
};

TEST_F(Systemd, HearsOfTheStartTheRunningLoopAndTheEnd) {
  ::setenv("WATCHDOG_USEC", "200000", 1);
  make_fleet(1);
  start(config());
  EXPECT_EQ(next(), "READY=1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next(), "WATCHDOG=1");
  daemon->signal(SIGTERM);
  std::string last = next();
  while (last == "WATCHDOG=1") last = next();
  EXPECT_EQ(last, "STOPPING=1");
  EXPECT_EQ(daemon->exit_code(), 0) << daemon->output();
}

TEST_F(Systemd, HearsNothingFromALoopThatAPluginHolds) {
  ::setenv("WATCHDOG_USEC", "200000", 1);
  make_fleet(1);
  start_and_connect(two_seconds, hanging("hangs_in_event"));
  (*fleet)[0].publish({{"Event", "Probe"}});
  ASSERT_TRUE(daemon->says("hangs now")) << daemon->output();
  while (!next(MSG_DONTWAIT).empty()) {
  }
  daemon->signal(SIGTERM);
  expect_forced_end("event loop");
  EXPECT_EQ(next(MSG_DONTWAIT), "") << "the loop stood still for ten times the period";
}

TEST_F(Systemd, HearsOfEachReloadAndWhatBecameOfIt) {
  make_fleet(1);
  start(config());
  EXPECT_EQ(next(), "READY=1");
  const auto reload = [&](const std::string& text) {
    folder.write("config.ini", text);
    const auto before = std::chrono::steady_clock::now().time_since_epoch();
    daemon->signal(SIGHUP);
    const std::string reloading = next();
    const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
    EXPECT_EQ(reloading.substr(0, head.size()), head);
    EXPECT_GE(std::strtoll(reloading.c_str() + head.size(), nullptr, 10),
              std::chrono::duration_cast<std::chrono::microseconds>(before).count());
    return next();
  };
  EXPECT_THAT(reload(config("log_level = debug\n")), ::testing::StartsWith("READY=1\nSTATUS=the configuration "));
  EXPECT_THAT(reload("nonsense"), AllOf(::testing::StartsWith("READY=1\n"), HasSubstr("is wrong, so nothing changes")));
}

TEST_F(Systemd, HearsNothingFromTheLoopWithoutAWatchdog) {
  make_fleet(1);
  start(config());
  EXPECT_EQ(next(), "READY=1");
  daemon->signal(SIGTERM);
  EXPECT_EQ(next(), "STOPPING=1");
  EXPECT_EQ(daemon->exit_code(), 0) << daemon->output();
}

}  // namespace
}  // namespace amibroker::system_test
