// SPDX-License-Identifier: Apache-2.0
#include "core/app/signals.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

namespace amibroker::app {
namespace {

/// The signals are blocked and ignored as in the daemon; at the end all is as it was.
class SignalsTest : public ::testing::Test {
 protected:
  SignalsTest() {
    pthread_sigmask(SIG_SETMASK, nullptr, &before_);
    prepare_signals();
  }
  ~SignalsTest() override {
    for (const int number : {SIGPIPE, SIGUSR2}) ::signal(number, SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  boost::asio::io_context io;
  std::vector<int> seen;

 private:
  sigset_t before_{};
};

TEST_F(SignalsTest, EachSignalIsReportedOnTheLoopAgainAndAgain) {
  const Signals signals(io, [&](int number) { seen.push_back(number); });
  for (const int number : {SIGUSR1, SIGHUP, SIGUSR1, SIGHUP}) {
    ::kill(::getpid(), number);
    io.run_one();
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen.back(), number);
  }
  EXPECT_EQ(seen.size(), 4U);
}

TEST_F(SignalsTest, ASignalBeforeTheLoopRunsIsNotLost) {
  ::kill(::getpid(), SIGUSR1);
  ::kill(::getpid(), SIGHUP);
  const Signals signals(io, [&](int number) { seen.push_back(number); });
  io.run_one();
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(SignalsTest, ASignalThatTheStarterIgnoredIsReported) {
  ::signal(SIGHUP, SIG_IGN);
  prepare_signals();
  const Signals signals(io, [&](int number) { seen.push_back(number); });
  ::kill(::getpid(), SIGHUP);
  io.run_one();
  EXPECT_EQ(seen, std::vector{SIGHUP});
}

TEST_F(SignalsTest, SigpipeAndSigusr2AreIgnoredInEveryThread) {
  std::thread([] {
    for (const int number : {SIGPIPE, SIGUSR2}) {
      ::pthread_kill(::pthread_self(), number);  // would end the process
      ::kill(::getpid(), number);
    }
  }).join();
  sigset_t pending;
  ::sigpending(&pending);
  EXPECT_FALSE(sigismember(&pending, SIGPIPE) || sigismember(&pending, SIGUSR2));
}

TEST_F(SignalsTest, AThreadThatWaitsIsNotInterrupted) {
  const Signals signals(io, [&](int number) { seen.push_back(number); });
  const int done = ::eventfd(0, EFD_CLOEXEC);
  std::thread sender([done, waiting = ::pthread_self()] {
    for (int i = 0; i < 1000; ++i) {
      ::pthread_kill(waiting, SIGUSR1);
      std::this_thread::yield();
    }
    ::eventfd_write(done, 1);
  });
  pollfd end{done, POLLIN, 0};
  EXPECT_EQ(::poll(&end, 1, -1), 1) << "interrupted";
  sender.join();
  ::close(done);
  io.run_one();
  EXPECT_FALSE(seen.empty());
}

}  // namespace
}  // namespace amibroker::app
