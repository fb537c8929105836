// SPDX-License-Identifier: Apache-2.0
#include "core/base/log_limit.hpp"

#include <gtest/gtest.h>

namespace amibroker::base {
namespace {

using std::chrono::seconds;

TEST(LogLimit, AllowsOneLineAPeriodAndCountsWhatWasHeldBack) {
  LogLimit limit{seconds(60)};
  const std::chrono::steady_clock::time_point start{};
  EXPECT_EQ(limit.allow(start), 0U);
  EXPECT_EQ(limit.allow(start + seconds(1)), std::nullopt);
  EXPECT_EQ(limit.allow(start + seconds(59)), std::nullopt);
  EXPECT_EQ(limit.allow(start + seconds(60)), 2U);
  EXPECT_EQ(limit.allow(start + seconds(120)), 0U);
}

}  // namespace
}  // namespace amibroker::base
