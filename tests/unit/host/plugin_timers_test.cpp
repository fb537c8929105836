// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_timers.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/base/loop_runner.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

class PluginTimersTest : public ::testing::Test {
 protected:
  base::EventLoop loop;
  PluginTimers timers{loop, [](const PluginTimers::Task& task) { task(); }};
};

TEST_F(PluginTimersTest, OneRunsOnceAndTheOtherAgainAndAgain) {
  int once = 0;
  int often = 0;
  EXPECT_NE(timers.after(0ms, [&] { ++once; }), 0U);
  EXPECT_NE(timers.every(1ms, [&] { ++often; }), 0U);
  run_until(loop, [&] { return often >= 3; });
  EXPECT_EQ(once, 1);
  EXPECT_EQ(timers.size(), 1U);
}

TEST_F(PluginTimersTest, TimesOutOfRangeAreClamped) {
  int soon = 0;
  timers.after(-5ms, [&] { ++soon; });
  timers.every(0ms, [&] { ++soon; });
  timers.after(milliseconds::max(), [] { FAIL() << "in 100 years"; });
  timers.every(milliseconds::max(), [] { FAIL() << "in 100 years"; });
  timers.after(milliseconds::min(), [&] { ++soon; });
  run_until(loop, [&] { return soon >= 4; });
}

TEST_F(PluginTimersTest, ACancelledTaskIsNotCalledAndWhatItHeldIsFreed) {
  const auto held = std::make_shared<int>();
  const TimerId timer = timers.after(0ms, [held] { FAIL() << "it was cancelled"; });
  timers.cancel(timer);
  timers.cancel(timer);
  timers.cancel(12345);
  EXPECT_EQ(held.use_count(), 1);
  bool later = false;
  timers.after(2ms, [&] { later = true; });
  run_until(loop, [&] { return later; });
}

TEST_F(PluginTimersTest, ATaskMayCancelItsOwnTimer) {
  int runs = 0;
  const auto held = std::make_shared<int>(7);
  TimerId timer = 0;
  timer = timers.every(1ms, [&, held] {
    timers.cancel(timer);
    runs += *held;  // what the task captured is still there
  });
  run_until(loop, [&] { return runs > 0; });
  EXPECT_EQ(runs, 7);
  EXPECT_EQ(timers.size(), 0U);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(PluginTimersTest, ThereIsALimit) {
  for (std::size_t i = 0; i < PluginTimers::most_timers; ++i) ASSERT_NE(timers.after(1h, [] {}), 0U);
  EXPECT_EQ(timers.after(1h, [] {}), 0U);
  EXPECT_EQ(timers.every(1h, [] {}), 0U);
  timers.cancel_all();
  EXPECT_NE(timers.after(1h, [] {}), 0U);
}

TEST_F(PluginTimersTest, WhatATaskHoldsMayCancelTimersWhenItIsDestroyed) {
  const TimerId other = timers.after(1h, [] {});
  std::shared_ptr<int> held(new int, [&](int* value) {
    delete value;
    timers.cancel(other);
  });
  timers.after(1h, [kept = std::move(held)] {});
  timers.cancel_all();
  EXPECT_EQ(timers.size(), 0U);
}

TEST(PluginTimers, MayBeDestroyedBeforeTheLoopRuns) {
  base::EventLoop loop;
  int runs = 0;
  {
    const auto timers = std::make_unique<PluginTimers>(loop, [&](const PluginTimers::Task&) { ++runs; });
    timers->every(1ms, [] {});
    timers->after(0ms, [] {});
  }
  bool later = false;
  loop.after(2ms, [&] { later = true; });
  run_until(loop, [&] { return later; });
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace amibroker::host
