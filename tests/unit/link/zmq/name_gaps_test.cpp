// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/name_gaps.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace amibroker::link::zeromq {
namespace {

constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();
const std::vector<std::string> a_and_b{"A", "B"};

TEST(NameGaps, EachNameIsFollowedByItselfWhereverItBegins) {
  NameGaps gaps;
  gaps.watch(a_and_b);
  EXPECT_FALSE(gaps.see("A", {10, 5, 9}));
  EXPECT_FALSE(gaps.see("B", {12, 7, 3}));
  EXPECT_FALSE(gaps.see("A", {20, 6, 10}));
  EXPECT_TRUE(gaps.see("B", {30, 10, 29}));
  EXPECT_FALSE(gaps.see("A", {40, 8, 39})) << "it was said before";
  EXPECT_EQ(gaps.take(), 3U);
  EXPECT_EQ(gaps.take(), std::nullopt);
}

TEST(NameGaps, OtherNamesAndEventsWithoutNumbersOfTheirNameAreNotFollowed) {
  NameGaps gaps;
  gaps.watch(a_and_b);
  gaps.all_seen_up_to(1);
  EXPECT_TRUE(gaps.watches("A"));
  for (const char* other : {"", "a", "AA", "C"}) {
    EXPECT_FALSE(gaps.watches(other));
    EXPECT_FALSE(gaps.see(other, {10, 9, 5}));
  }
  EXPECT_FALSE(gaps.see("A", {10, 0, 0}));
  EXPECT_EQ(gaps.take(), std::nullopt);
}

TEST(NameGaps, ALossBeforeTheFirstEventOfANameIsFoundIfAllEventsWereSeenBefore) {
  NameGaps gaps;
  gaps.watch(a_and_b);
  gaps.all_seen_up_to(100);
  EXPECT_FALSE(gaps.see("A", {120, 5, 100})) << "the one before it was seen";
  EXPECT_TRUE(gaps.see("B", {130, 9, 101})) << "the one before it was not";
  EXPECT_EQ(gaps.take(), 1U);
  EXPECT_FALSE(gaps.see("B", {140, 10, 130}));
}

TEST(NameGaps, ANameKeepsItsLastNumberUntilThatIsForgotten) {
  NameGaps gaps;
  gaps.watch(a_and_b);
  gaps.follow("A", {10, 5, 9});
  gaps.follow("B", {11, 8, 3});
  gaps.follow("B", {12, 0, 0});
  gaps.follow("C", {13, 1, 0});
  gaps.all_seen_up_to(13);
  EXPECT_TRUE(gaps.see("A", {20, 9, 19}));
  EXPECT_EQ(gaps.take(), 3U);
  gaps.forget();
  EXPECT_FALSE(gaps.see("B", {21, 20, 20}));
  EXPECT_EQ(gaps.take(), std::nullopt);
}

TEST(NameGaps, NumbersThatStartOverAreALossOfUnknownSize) {
  NameGaps gaps;
  gaps.watch(a_and_b);
  gaps.all_seen_up_to(100);
  EXPECT_TRUE(gaps.see("A", {3, 1, 0})) << "the first one since all were seen";
  EXPECT_EQ(gaps.take(), 0U);
  EXPECT_FALSE(gaps.see("B", {200, 7, 0}));
  EXPECT_TRUE(gaps.see("B", {1, 1, 0}));
  EXPECT_EQ(gaps.take(), 0U);
}

TEST(NameGaps, ANameThatStaysKeepsItsNumbersAndANewOneSetsItsStart) {
  NameGaps gaps;
  gaps.watch(std::vector<std::string>{"A"});
  EXPECT_FALSE(gaps.see("A", {5, 1, 0}));
  gaps.watch(a_and_b);
  EXPECT_FALSE(gaps.see("B", {9, 4, 8})) << "it was not asked for before";
  EXPECT_TRUE(gaps.see("A", {10, 3, 7}));
  gaps.watch(std::vector<std::string>{"B"});
  EXPECT_EQ(gaps.take(), 1U) << "what was not taken stays";
  gaps.watch(a_and_b);
  EXPECT_FALSE(gaps.see("A", {20, 9, 19})) << "it was not asked for meanwhile";
}

TEST(NameGaps, HostileNumbersStayWithinTheNumbers) {
  NameGaps gaps;
  gaps.watch(a_and_b);
  gaps.all_seen_up_to(greatest);
  EXPECT_FALSE(gaps.see("A", {1, greatest, greatest}));
  gaps.watch({});
  gaps.watch(a_and_b);
  gaps.all_seen_up_to(0);
  EXPECT_FALSE(gaps.see("A", {1, 1, greatest}));
  EXPECT_TRUE(gaps.see("A", {greatest, greatest, 0}));
  EXPECT_FALSE(gaps.see("B", {1, 1, 0}));
  EXPECT_FALSE(gaps.see("B", {1, greatest, 0}));
  EXPECT_EQ(gaps.take(), greatest);
}

}  // namespace
}  // namespace amibroker::link::zeromq
