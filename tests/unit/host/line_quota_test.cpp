// SPDX-License-Identifier: Apache-2.0
#include "core/host/line_quota.hpp"

#include <gtest/gtest.h>

namespace amibroker::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = std::chrono::steady_clock::time_point;

std::uint64_t write(LineQuota& quota, Time now, std::uint64_t lines) {
  std::uint64_t written = 0;
  for (std::uint64_t i = 0; i < lines; ++i) written += quota.allow(now) ? 1 : 0;
  return written;
}

TEST(LineQuota, AFloodIsCutToItsShareAndCounted) {
  LineQuota quota;
  const Time now{seconds(100)};
  EXPECT_EQ(write(quota, now, 100'000), LineQuota::at_once);
  EXPECT_EQ(quota.take_held_back(), 100'000 - LineQuota::at_once);
  EXPECT_EQ(quota.take_held_back(), 0U);
  EXPECT_EQ(write(quota, now + seconds(1), 100'000), LineQuota::a_second);
}

TEST(LineQuota, AReportInSlicesIsWrittenWhole) {
  LineQuota quota;
  Time now{seconds(100)};
  for (int slice = 0; slice < 500; ++slice) EXPECT_EQ(write(quota, now += milliseconds(50), 200), 200U);
}

TEST(LineQuota, APauseDoesNotSaveUpWithoutBound) {
  LineQuota quota;
  const Time now{seconds(100)};
  write(quota, now, 10);
  EXPECT_EQ(write(quota, now + std::chrono::hours(24 * 365), 100'000), LineQuota::at_once);
}

}  // namespace
}  // namespace amibroker::host
