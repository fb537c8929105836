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

std::uint64_t rounds_over(const EventLoop& loop, double seconds) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < loop.rounds().counts().size(); ++i)
    if (i == Histogram::bounds.size() || Histogram::bounds[i] > seconds) count += loop.rounds().counts()[i];
  return count;
}

TEST(EventLoop, CountsHowLongItsRoundsTakeWithoutTheSleep) {
  EventLoop loop;
  loop.after(milliseconds(150), [&] { loop.stop(); });  // it sleeps until then
  loop.run();
  EXPECT_EQ(rounds_over(loop, 0.1), 0U);
  loop.post([] { std::this_thread::sleep_for(milliseconds(150)); });
  loop.after(milliseconds(200), [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(rounds_over(loop, 0.1), 1U) << "the task that held it";
  EXPECT_GE(loop.rounds().sum(), 0.15);
}

}  // namespace
}  // namespace amibroker::base
