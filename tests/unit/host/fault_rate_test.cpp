// SPDX-License-Identifier: Apache-2.0
#include "core/host/fault_rate.hpp"

#include <gtest/gtest.h>

namespace amibroker::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = std::chrono::steady_clock::time_point;

TEST(FaultRate, TwentyWithinTenSecondsAreTooMany) {
  FaultRate rate;
  const Time start{seconds(100)};
  for (std::uint64_t i = 1; i < 20; ++i) EXPECT_FALSE(rate.add(start, 1000 * i)) << i;
  EXPECT_TRUE(rate.add(start + seconds(10), 20'000));
}

TEST(FaultRate, TwentyInALongerTimeAreNot) {
  FaultRate rate;
  Time now{seconds(100)};
  for (std::uint64_t i = 1; i <= 200; ++i) EXPECT_FALSE(rate.add(now += milliseconds(530), 1000 * i)) << i;
}

TEST(FaultRate, EverySecondOneOfAHundredCallsIsTooManyHoweverSlow) {
  FaultRate rate;
  Time now{seconds(100)};
  std::uint64_t calls = 0;
  for (int i = 0; i < 49; ++i) EXPECT_FALSE(rate.add(now += seconds(60), calls += 2)) << i;
  EXPECT_TRUE(rate.add(now += seconds(60), calls += 2));
}

TEST(FaultRate, OneOfThreeCallsIsNot) {
  FaultRate rate;
  Time now{seconds(100)};
  std::uint64_t calls = 0;
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(rate.add(now += seconds(60), calls += 3)) << i;
}

TEST(FaultRate, AMillionGoodCallsDoNotExcuseAHundredBadOnes) {
  FaultRate rate;
  Time now{seconds(100)};
  std::uint64_t calls = 1'000'000;
  int faults = 0;
  while (!rate.add(now += seconds(60), ++calls)) ASSERT_LE(++faults, 101);
}

}  // namespace
}  // namespace amibroker::host
