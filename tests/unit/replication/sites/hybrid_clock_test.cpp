// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/hybrid_clock.hpp"

#include <gtest/gtest.h>

namespace amibroker::replication {
namespace {

constexpr std::int64_t now = 1'767'225'600'000;

TEST(HybridClock, FollowsTheMachinesClock) {
  HybridClock clock;
  EXPECT_EQ(HybridClock::ms_of(clock.next(now)), now);
  EXPECT_EQ(HybridClock::ms_of(clock.next(now + 5)), now + 5);
}

TEST(HybridClock, NeverGivesTheSameTwiceNorGoesBack) {
  HybridClock clock;
  const Stamp first = clock.next(now);
  const Stamp second = clock.next(now);
  const Stamp third = clock.next(now - 1000);
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(HybridClock, IsLaterThanWhatItHeard) {
  HybridClock ahead;
  HybridClock behind;
  const Stamp heard = ahead.next(now + 20'000);
  behind.heard(heard);
  EXPECT_GT(behind.next(now), heard);
}

TEST(HybridClock, AMinuteAheadIsTheMost) {
  HybridClock clock;
  EXPECT_FALSE(HybridClock::is_too_far_ahead(clock.next(now + 60'000), now));
  EXPECT_TRUE(HybridClock::is_too_far_ahead(clock.next(now + 60'001), now));
}

TEST(HybridClock, GoesBackWithAClockThatWasFarAhead) {
  HybridClock clock;
  static_cast<void>(clock.next(now + 600'000));
  EXPECT_EQ(HybridClock::ms_of(clock.next(now)), now);
}

TEST(HybridClock, IsSetBackWithTheMachinesClock) {
  HybridClock clock;
  static_cast<void>(clock.next(now + 50'000));
  clock.set_back(50'000);
  EXPECT_EQ(HybridClock::ms_of(clock.next(now + 1)), now + 1);
  clock.set_back(now * 2);
  EXPECT_EQ(HybridClock::ms_of(clock.next(now + 2)), now + 2);
}

}  // namespace
}  // namespace amibroker::replication
