// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/sequence_gap.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace amibroker::link::zeromq {
namespace {

constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

class SequenceGapTest : public ::testing::Test {
 protected:
  /// Whether any of them said that something is to be taken.
  bool see(std::initializer_list<std::uint64_t> numbers) {
    bool any = false;
    for (const std::uint64_t number : numbers) any = gap.see(number) || any;
    return any;
  }
  SequenceGap gap;
};

TEST_F(SequenceGapTest, NumbersWithoutAHoleAreNoLossWhereverTheyBegin) {
  EXPECT_FALSE(see({4711, 4712, 4713}));
  EXPECT_EQ(gap.take(), std::nullopt);
}

TEST_F(SequenceGapTest, AHoleIsAsManyEventsAsNumbersAreMissing) {
  EXPECT_TRUE(see({1, 2, 6}));
  EXPECT_EQ(gap.take(), 3U);
  EXPECT_EQ(gap.take(), std::nullopt) << "taken already";
  EXPECT_FALSE(see({7, 8}));
}

TEST_F(SequenceGapTest, HolesAreAddedUpUntilTheyAreTaken) {
  EXPECT_TRUE(see({1, 3}));
  EXPECT_FALSE(see({6, 7})) << "it was said before";
  EXPECT_EQ(gap.take(), 3U);
}

TEST_F(SequenceGapTest, NumbersThatStartOverAreALossOfUnknownSize) {
  EXPECT_TRUE(see({500, 1}));
  EXPECT_EQ(gap.take(), 0U);
  EXPECT_FALSE(see({2, 3}));
}

TEST_F(SequenceGapTest, TheSameNumberAgainIsALossOfUnknownSize) {
  EXPECT_TRUE(see({7, 7}));
  EXPECT_EQ(gap.take(), 0U);
}

TEST_F(SequenceGapTest, AHoleNextToNumbersThatStartOverCountsAtLeastTheHole) {
  EXPECT_TRUE(see({1, 4, 1}));
  EXPECT_EQ(gap.take(), 2U);
}

TEST_F(SequenceGapTest, ARestartSetsANewStartAndKeepsWhatWasNotTaken) {
  EXPECT_TRUE(see({1, 3}));
  gap.restart();
  EXPECT_FALSE(see({900, 901}));
  EXPECT_EQ(gap.take(), 1U);
}

TEST_F(SequenceGapTest, AStartKnownFromElsewhereShowsALossBeforeTheFirstNumber) {
  EXPECT_EQ(gap.last(), std::nullopt);
  gap.expect(5);
  EXPECT_TRUE(see({7}));
  EXPECT_EQ(gap.take(), 2U);
  EXPECT_EQ(gap.last(), 7U);
}

TEST_F(SequenceGapTest, HostileNumbersStayWithinTheNumbers) {
  EXPECT_TRUE(see({1, greatest}));
  EXPECT_FALSE(see({greatest, 1, greatest}));
  EXPECT_EQ(gap.take(), greatest);
  EXPECT_FALSE(see({0, 1, 2})) << "behind the greatest number they begin anew";
}

}  // namespace
}  // namespace amibroker::link::zeromq
