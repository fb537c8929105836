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

/// Every thread of the process has the signals blocked, as in the daemon, and gets them back at the end.
class SignalsTest : public ::testing::Test {
 protected:
  SignalsTest() {
    pthread_sigmask(SIG_SETMASK, nullptr, &before_);
    block_signals();
  }
  ~SignalsTest() override { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  boost::asio::io_context io;
  std::vector<int> seen;

 private:
  sigset_t before_{};
};

TEST_F(SignalsTest, EachSignalIsToldOnTheLoopAgainAndAgain) {
  const Signals signals(io, [&](int number) { seen.push_back(number); });
  for (const int number : {SIGUSR1, SIGTERM, SIGUSR1, SIGINT}) {
    ::kill(::getpid(), number);
    io.run_one();
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen.back(), number);
  }
  EXPECT_EQ(seen.size(), 4U);
}

TEST_F(SignalsTest, OneThatCameBeforeTheLoopIsNotLost) {
  ::kill(::getpid(), SIGUSR1);
  ::kill(::getpid(), SIGTERM);
  const Signals signals(io, [&](int number) { seen.push_back(number); });
  io.run_one();
  EXPECT_EQ(seen.size(), 2U);
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
