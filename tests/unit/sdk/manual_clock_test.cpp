// SPDX-License-Identifier: Apache-2.0
#include "amibroker/testing/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace amibroker::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

class Timers : public ::testing::Test {
 protected:
  auto note(int what) {
    return [this, what] { ran.push_back(what); };
  }
  ManualClock clock;
  std::vector<int> ran;
};

TEST_F(Timers, RunInTheOrderOfTheirTimes) {
  clock.start(milliseconds(20), {}, note(2));
  clock.start(milliseconds(10), {}, note(1));
  clock.start(milliseconds(20), {}, note(3));
  clock.advance(milliseconds(9));
  EXPECT_TRUE(ran.empty());
  clock.advance(milliseconds(11));
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
  EXPECT_EQ(clock.timers(), 0U);
}

TEST_F(Timers, SeeTheTimeForWhichTheyWereSet) {
  const auto start = clock.now();
  std::chrono::steady_clock::time_point seen;
  clock.start(milliseconds(10), {}, [&] { seen = clock.now(); });
  clock.advance(milliseconds(100));
  EXPECT_EQ(seen - start, milliseconds(10));
  EXPECT_EQ(clock.now() - start, milliseconds(100));
}

TEST_F(Timers, WithAPeriodRunUntilTheyAreCancelled) {
  const TimerId timer = clock.start(milliseconds(10), milliseconds(10), note(1));
  clock.advance(milliseconds(35));
  EXPECT_EQ(ran.size(), 3U);
  clock.cancel(timer);
  clock.advance(milliseconds(100));
  EXPECT_EQ(ran.size(), 3U);
}

TEST_F(Timers, MayCancelThemselvesAndStartOthers) {
  TimerId timer = 0;
  timer = clock.start(milliseconds(10), milliseconds(10), [&] {
    clock.cancel(timer);
    clock.start(milliseconds(5), {}, note(7));
  });
  clock.advance(milliseconds(100));
  EXPECT_THAT(ran, ElementsAre(7));
}

TEST_F(Timers, TheNextOneIsKnown) {
  EXPECT_FALSE(clock.next());
  clock.start(milliseconds(10), {}, note(1));
  EXPECT_EQ(clock.next(), clock.now() + milliseconds(10));
}

}  // namespace
}  // namespace amibroker::testing
