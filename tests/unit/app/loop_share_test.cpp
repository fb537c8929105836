// SPDX-License-Identifier: Apache-2.0
#include "core/app/loop_share.hpp"

#include <gtest/gtest.h>

namespace amibroker::app {
namespace {

using namespace std::chrono_literals;

constexpr int parts = 20;
const LoopShare::Clock::time_point begin{1h};

TEST(LoopShareTest, WhatHasCostNothingYetMayBeginAtOnce) { EXPECT_EQ(LoopShare(parts).rest(begin), 0ms); }

TEST(LoopShareTest, APieceIsFollowedByNineteenTimesItsLength) {
  LoopShare share(parts);
  share.spent(begin, begin + 2ms);
  EXPECT_EQ(share.rest(begin + 2ms), 38ms);
  EXPECT_EQ(share.rest(begin + 30ms), 10ms);
  EXPECT_EQ(share.rest(begin + 40ms), 0ms);
}

TEST(LoopShareTest, APieceThatCameTooEarlyIsRestedForAfterwards) {
  LoopShare share(parts);
  share.spent(begin, begin + 2ms);
  share.spent(begin + 2ms, begin + 3ms);
  EXPECT_EQ(share.rest(begin + 3ms), 37ms + 19ms);
}

TEST(LoopShareTest, ShortPiecesOftenEnoughApartCostNoRest) {
  LoopShare share(parts);
  for (int i = 0; i < 10; ++i) {
    const auto at = begin + i * 50ms;
    EXPECT_EQ(share.rest(at), 0ms);
    share.spent(at, at + 1ms);
  }
}

TEST(LoopShareTest, APieceWithinAPieceCountsOnce) {
  LoopShare share(parts);
  const auto before = LoopShare::Clock::now();
  {
    const LoopShare::Piece outer(share);
    const LoopShare::Piece inner(share);
    while (LoopShare::Clock::now() < before + 2ms) {
    }
  }
  const auto length = LoopShare::Clock::now() - before;
  EXPECT_GT(share.rest(before), 2ms * (parts - 1));
  EXPECT_LE(share.rest(before), length * parts + 1ms);
}

}  // namespace
}  // namespace amibroker::app
