// SPDX-License-Identifier: Apache-2.0
//
// The two lines of a target. Its window has a test of its own (window_test.cpp).
#include "plugins/replication/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Lines : public ::testing::Test {
 protected:
  Lines() { target.open_window(limits); }
  void live(KeyId key) { target.enqueue(key, cells[key], Urgency::live); }
  void dump(KeyId key) { target.enqueue(key, cells[key], Urgency::dump); }
  /// Takes all that waits out of the lines, as the window allows.
  std::vector<KeyId> taken() {
    std::vector<KeyId> keys;
    while (const std::optional<KeyId> key = target.next()) {
      target.pop(cells[*key]);
      keys.push_back(*key);
    }
    return keys;
  }
  void fill_window() {
    while (target.in_flight() < target.window()) target.sent(9, {});
  }

  Limits limits{.first_window = 2, .least_window = 1};
  Target target;
  std::array<Cell, 10> cells;
};

TEST_F(Lines, LiveChangesGoBeforeAllThatWaits) {
  dump(0);
  dump(1);
  live(2);
  live(3);
  EXPECT_EQ(target.waiting(), 4U);
  EXPECT_THAT(taken(), ElementsAre(2, 3, 0, 1));
  EXPECT_EQ(target.waiting(), 0U);
}

TEST_F(Lines, AKeyIsInALineOnlyOnce) {
  for (int i = 0; i < 2; ++i) {
    live(0);
    dump(1);
  }
  EXPECT_THAT(taken(), ElementsAre(0, 1));
}

TEST_F(Lines, AKeyWithALiveChangeNeedsNoPlaceInTheDump) {
  live(0);
  dump(0);
  EXPECT_THAT(taken(), ElementsAre(0));
}

TEST_F(Lines, AKeyOfTheDumpThatChangesGoesBeforeTheDump) {
  dump(0);
  dump(1);
  live(1);
  EXPECT_THAT(taken(), ElementsAre(1, 0, 1)) << "its old place is passed over by the Replicator";
}

TEST_F(Lines, AKeyThatWasTakenMayWaitAgain) {
  live(0);
  dump(1);
  taken();
  live(0);
  dump(1);
  EXPECT_THAT(taken(), ElementsAre(0, 1));
}

TEST_F(Lines, NothingIsTakenWhileTheWindowIsFull) {
  live(0);
  fill_window();
  EXPECT_FALSE(target.next());
  target.answered(9, Outcome::success, {}, limits);
  EXPECT_EQ(target.next(), 0U);
}

TEST_F(Lines, AChangeMayGoAtOnceUnlessItWouldOvertakeItsOwnLine) {
  EXPECT_TRUE(target.has_room(Urgency::live));
  EXPECT_TRUE(target.has_room(Urgency::dump));
  dump(0);
  EXPECT_TRUE(target.has_room(Urgency::live));
  EXPECT_FALSE(target.has_room(Urgency::dump));
  live(1);
  EXPECT_FALSE(target.has_room(Urgency::live));
  EXPECT_FALSE(target.has_room(Urgency::dump));
  taken();
  fill_window();
  EXPECT_FALSE(target.has_room(Urgency::live));
  EXPECT_FALSE(target.has_room(Urgency::dump));
}

TEST_F(Lines, ClearedLinesHaveNothingAndTakeTheSameKeysAgain) {
  live(0);
  dump(1);
  target.clear_lines([this](KeyId key) -> Cell& { return cells[key]; });
  EXPECT_EQ(target.waiting(), 0U);
  EXPECT_THAT(taken(), IsEmpty());
  live(0);
  dump(1);
  EXPECT_THAT(taken(), ElementsAre(0, 1));
}

TEST_F(Lines, AWindowGrowsOnlyIfSomethingWaitsForIt) {
  const TimePoint start{};
  target.sent(0, start);
  target.answered(0, Outcome::success, start + limits.quick, limits);
  EXPECT_EQ(target.window(), 2U);
  live(1);
  target.sent(0, start);
  target.answered(0, Outcome::success, start + limits.quick, limits);
  EXPECT_EQ(target.window(), 4U);
}

TEST_F(Lines, HowLongAWriteTookCountsIfFewOthersWereUnderWay) {
  const TimePoint start{};
  EXPECT_EQ(target.took(), std::chrono::milliseconds(0));
  target.sent(0, start);
  target.answered(0, Outcome::success, start + std::chrono::milliseconds(1500), limits);
  EXPECT_EQ(target.took(), std::chrono::milliseconds(1500));
  target.sent(0, start);
  target.answered(0, Outcome::unknown, start + std::chrono::seconds(5), limits);
  EXPECT_EQ(target.took(), std::chrono::milliseconds(1500)) << "that was no answer";
  for (KeyId key = 0; key < 9; ++key) target.sent(key, start);
  target.answered(0, Outcome::success, start + std::chrono::milliseconds(3), limits);
  EXPECT_EQ(target.took(), std::chrono::milliseconds(3));
  target.sent(9, start);
  target.answered(9, Outcome::success, start + std::chrono::milliseconds(5000), limits);
  EXPECT_EQ(target.took(), std::chrono::milliseconds(3)) << "it may have waited for the others";
}

TEST_F(Lines, OnlyTheWriteWhoseTimeIsTakenMovesTheWindow) {
  const TimePoint start{};
  target.sent(0, start);
  target.sent(1, start);
  target.answered(1, Outcome::unknown, start, limits);
  EXPECT_EQ(target.window(), 2U);
  target.answered(0, Outcome::unknown, start, limits);
  EXPECT_EQ(target.window(), 1U);
  EXPECT_EQ(target.in_flight(), 0U);
}

}  // namespace
}  // namespace amibroker::replication
