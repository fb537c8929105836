// SPDX-License-Identifier: Apache-2.0
#include "core/app/end_limit.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "core/app/signals.hpp"
#include "core/host/current_call.hpp"

namespace amibroker::app {
namespace {

using namespace std::chrono_literals;

constexpr auto never = 1h;

/// Each in a process of its own: the thread of EndLimit lives as long as its process.
class EndLimitDeathTest : public ::testing::Test {
 protected:
  EndLimitDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  static eventfd_t wait_until_wanted(const EndLimit& end) {
    pollfd ready{end.wanted(), POLLIN, 0};
    ::poll(&ready, 1, -1);
    eventfd_t number = 0;
    ::eventfd_read(end.wanted(), &number);
    return number;
  }
  [[noreturn]] static void hang() {
    for (;;) ::pause();
  }
};

TEST_F(EndLimitDeathTest, WhatHangsIsNamedAndCutShort) {
  const auto hangs = [] {
    prepare_signals();
    const EndLimit end(50ms);
    end.waits_for("something else");
    ::kill(::getpid(), SIGTERM);
    end.waits_for("a test");
    hang();
  };
  EXPECT_EXIT(
      hangs(), ::testing::ExitedWithCode(70),
      "zmq-ami-broker: ended by force .exit code 70.: it still ran 50 ms after signal 15. It was waiting for a test,");
}

TEST_F(EndLimitDeathTest, TheLimitMayBeSetLater) {
  const auto hangs = [] {
    prepare_signals();
    const EndLimit end(never);
    end.set_limit(60ms);
    ::kill(::getpid(), SIGTERM);
    hang();
  };
  EXPECT_EXIT(hangs(), ::testing::ExitedWithCode(70), "it still ran 60 ms after signal 15");
}

TEST_F(EndLimitDeathTest, ThePluginThatIsCalledIsNamed) {
  const auto hangs = [] {
    prepare_signals();
    const EndLimit end(50ms);
    const host::CallScope call(host::make_call_owner("foo", "/p/foo.so", "/copy", 0), "stop");
    ::kill(::getpid(), SIGTERM);
    hang();
  };
  EXPECT_EXIT(hangs(), ::testing::ExitedWithCode(70), "look there. Plugin foo was in stop ./p/foo.so.");
}

TEST_F(EndLimitDeathTest, ASecondSignalDoesNotWait) {
  const auto hangs = [] {
    prepare_signals();
    const EndLimit end(never);
    ::kill(::getpid(), SIGTERM);
    wait_until_wanted(end);
    ::kill(::getpid(), SIGINT);
    hang();
  };
  EXPECT_EXIT(hangs(), ::testing::ExitedWithCode(70), "a second signal .2. came before the end");
}

TEST_F(EndLimitDeathTest, TheFirstSignalIsPassedOnAndTheTimeRuns) {
  const auto ends = [] {
    prepare_signals();
    const EndLimit end(never);
    if (end.left() != never) std::exit(1);
    ::kill(::getpid(), SIGINT);
    if (wait_until_wanted(end) != SIGINT) std::exit(2);
    while (end.left() == never) {
    }
    std::exit(end.left() > never - 1min ? 0 : 3);
  };
  EXPECT_EXIT(ends(), ::testing::ExitedWithCode(0), "");
}

TEST_F(EndLimitDeathTest, WithoutASignalNothingEnds) {
  const auto ends = [] {
    prepare_signals();
    const EndLimit end(1ms);
    for (const int number : {SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) ::kill(::getpid(), number);
    pollfd ready{end.wanted(), POLLIN, 0};
    std::exit(::poll(&ready, 1, 100));
  };
  EXPECT_EXIT(ends(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace amibroker::app
