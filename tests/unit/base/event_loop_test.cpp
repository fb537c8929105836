// SPDX-License-Identifier: Apache-2.0
#include "core/base/event_loop.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace amibroker::base {
namespace {

using std::chrono::milliseconds;

TEST(EventLoop, TimersRunInTheOrderOfTheirTime) {
  EventLoop loop;
  std::string order;
  loop.after(milliseconds(3), [&] { order += 'c', loop.stop(); });
  loop.after(milliseconds(1), [&] { order += 'b'; });
  loop.after(milliseconds(0), [&] { order += 'a'; });
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST(EventLoop, ACancelledTimerDoesNotRun) {
  EventLoop loop;
  bool ran = false;
  const auto timer = loop.after(milliseconds(1), [&] { ran = true; });
  loop.after(milliseconds(0), [&] { loop.cancel(timer); });
  loop.after(milliseconds(5), [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(ran);
  loop.cancel(timer);
  loop.cancel(12345);
}

TEST(EventLoop, APeriodicTimerMayCancelItself) {
  EventLoop loop;
  int runs = 0;
  TimerHandle timer = 0;
  timer = loop.every(milliseconds(1), [&] {
    if (++runs == 3) loop.cancel(timer), loop.after(milliseconds(5), [&] { loop.stop(); });
  });
  loop.run();
  EXPECT_EQ(runs, 3);
}

TEST(EventLoop, WorkFromOtherThreadsRunsHereInTheirOrder) {
  EventLoop loop;
  std::vector<int> order;
  std::thread::id where;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.post([&] { where = std::this_thread::get_id(); });
    loop.stop();
  });
  loop.run();
  other.join();
  EXPECT_EQ(where, std::this_thread::get_id());
  ASSERT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(EventLoop, AnExceptionInATaskComesOutOfRun) {
  EventLoop loop;
  loop.post([] { throw std::runtime_error("x"); });
  EXPECT_THROW(loop.run(), std::runtime_error);
}

TEST(EventLoop, CountsHowLongItsRoundsTakeWithoutTheSleep) {
  using Clock = std::chrono::steady_clock;
  EventLoop loop;
  const auto began = Clock::now();
  loop.after(milliseconds(300), [&] { loop.stop(); });
  loop.run();
  const double slept = std::chrono::duration<double>(Clock::now() - began).count();
  const double before = loop.rounds().sum();
  EXPECT_LT(before, slept / 2);
  loop.post([&] {
    for (const auto end = Clock::now() + milliseconds(150); Clock::now() < end;) {
    }
    loop.after(milliseconds(1), [&] { loop.stop(); });  // in another round
  });
  loop.run();
  EXPECT_GE(loop.rounds().sum() - before, 0.15) << "the task that held it";
}

}  // namespace
}  // namespace amibroker::base
