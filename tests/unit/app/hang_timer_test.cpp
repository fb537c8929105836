// SPDX-License-Identifier: Apache-2.0
#include "core/app/hang_timer.hpp"

#include <gtest/gtest.h>

namespace amibroker::app {
namespace {

using namespace std::chrono_literals;
using Step = HangTimer::Step;

class HangTimerTest : public ::testing::Test {
 protected:
  HangTimerTest() : owner_{"p", "/p.so", "/copy", 0, nullptr} {}

  [[nodiscard]] host::CallSnapshot call(std::uint64_t number) const { return {&owner_, "on_event", number, {}}; }
  /// Looks so many times, a period apart; returns the last step.
  Step look(const host::CallSnapshot& seen, int times) {
    Step step = Step::nothing;
    for (int i = 0; i < times; ++i) step = timer_.look(seen, 100ms);
    return step;
  }

  host::CallOwner owner_;
  HangTimer timer_{1s, 3s, 100ms};
};

TEST_F(HangTimerTest, ACallIsWarnedOfOnceAndThenEnds) {
  EXPECT_EQ(look(call(1), 10), Step::nothing) << "the first look only begins to count";
  EXPECT_EQ(look(call(1), 1), Step::warn);
  EXPECT_EQ(timer_.length(), 1s);
  for (int i = 0; i < 19; ++i) EXPECT_EQ(look(call(1), 1), Step::nothing);
  EXPECT_EQ(look(call(1), 1), Step::end);
}

TEST_F(HangTimerTest, ALimitThatIsChangedHoldsForTheCallThatRuns) {
  EXPECT_EQ(look(call(1), 26), Step::nothing);
  timer_.set_limit(2s);
  EXPECT_EQ(look(call(1), 1), Step::end);
  timer_.set_limit(0s);
  look(call(2), 100);
  EXPECT_EQ(look(call(2), 1), Step::nothing) << "never";
}

TEST_F(HangTimerTest, AnotherCallBeginsAnew) {
  EXPECT_EQ(look(call(1), 11), Step::warn);
  EXPECT_EQ(look(call(2), 10), Step::nothing);
  EXPECT_EQ(look(call(2), 1), Step::warn) << "it is warned of as well";
}

TEST_F(HangTimerTest, WithoutACallNothingHangs) {
  EXPECT_EQ(look(call(1), 10), Step::nothing);
  EXPECT_EQ(look({}, 100), Step::nothing);
  EXPECT_EQ(look(call(1), 10), Step::nothing);
}

TEST_F(HangTimerTest, AProcessThatStoodStillIsNoHang) {
  look(call(1), 2);
  EXPECT_EQ(timer_.look(call(1), 1h), Step::nothing);
  EXPECT_EQ(timer_.length(), 300ms) << "two periods count of the hour";
}

TEST_F(HangTimerTest, WithoutALimitItOnlyWarns) {
  timer_ = HangTimer(1s, 0s, 100ms);
  EXPECT_EQ(look(call(1), 11), Step::warn);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(look(call(1), 1), Step::nothing);
}

TEST_F(HangTimerTest, ALimitBelowTheWarningEndsAtOnce) {
  timer_ = HangTimer(1s, 1s, 100ms);
  EXPECT_EQ(look(call(1), 11), Step::end);
}

}  // namespace
}  // namespace amibroker::app
