// SPDX-License-Identifier: Apache-2.0
#include "core/base/backoff.hpp"

#include <gtest/gtest.h>

namespace amibroker::base {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheCapAndStaysWithinHalf) {
  for (std::uint32_t seed = 1; seed < 100; ++seed) {
    Backoff backoff(milliseconds(100), milliseconds(1000), seed);
    for (const int whole : {100, 200, 400, 800, 1000, 1000, 1000}) {
      const auto wait = backoff.next();
      EXPECT_GE(wait, milliseconds(whole / 2)) << "seed " << seed;
      EXPECT_LE(wait, milliseconds(whole)) << "seed " << seed;
    }
  }
}

TEST(Backoff, StartsOverAfterASuccess) {
  Backoff backoff(milliseconds(100), milliseconds(10000), 1);
  for (int i = 0; i < 5; ++i) static_cast<void>(backoff.next());
  backoff.reset();
  EXPECT_LE(backoff.next(), milliseconds(100));
}

TEST(Backoff, LinksDoNotComeBackTogether) {
  Backoff a(milliseconds(4096), milliseconds(4096), 1);
  Backoff b(milliseconds(4096), milliseconds(4096), 2);
  int equal = 0;
  for (int i = 0; i < 20; ++i) equal += a.next() == b.next();
  EXPECT_LT(equal, 5);
}

}  // namespace
}  // namespace amibroker::base
