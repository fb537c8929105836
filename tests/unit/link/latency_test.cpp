// SPDX-License-Identifier: Apache-2.0
#include "core/link/latency.hpp"

#include <gtest/gtest.h>

namespace amibroker::link {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(Latency, OfNoAnswerIsNothing) {
  Latency latency;
  EXPECT_FALSE(latency.quantiles());
  latency.add(milliseconds(1));
  latency.clear();
  EXPECT_FALSE(latency.quantiles());
}

TEST(Latency, OfOneAnswerIsThatAnswer) {
  Latency latency;
  latency.add(milliseconds(7));
  ASSERT_TRUE(latency.quantiles());
  EXPECT_EQ(latency.quantiles()->p50, milliseconds(7));
  EXPECT_EQ(latency.quantiles()->p99, milliseconds(7));
}

TEST(Latency, SaysWhatHalfOfTheAnswersTookAndWhatNinetyNineOfAHundred) {
  Latency latency;
  for (int i = 100; i > 0; --i) latency.add(milliseconds(i));
  EXPECT_EQ(latency.quantiles()->p50, milliseconds(50));
  EXPECT_EQ(latency.quantiles()->p99, milliseconds(99));
}

TEST(Latency, ForgetsWhatIsLongPast) {
  Latency latency;
  for (std::size_t i = 0; i < Latency::most_samples; ++i) latency.add(milliseconds(900));
  for (std::size_t i = 0; i < Latency::most_samples; ++i) latency.add(milliseconds(3));
  EXPECT_EQ(latency.quantiles()->p99, milliseconds(3));
}

TEST(Latency, BoundsWhatCannotBe) {
  Latency latency;
  latency.add(-milliseconds(5));
  EXPECT_EQ(latency.quantiles()->p50, microseconds(0));
  latency.add(hours(1000));
  EXPECT_EQ(latency.quantiles()->p99, microseconds(0xFFFFFFFF));
}

}  // namespace
}  // namespace amibroker::link
