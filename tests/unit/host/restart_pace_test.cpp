// SPDX-License-Identifier: Apache-2.0
#include "core/host/restart_pace.hpp"

#include <gtest/gtest.h>

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;

TEST(RestartPace, WaitsLongerEachTimeThenGivesUp) {
  RestartPace pace;
  EXPECT_EQ(pace.failed(1s), 10s);
  EXPECT_EQ(pace.failed(1s), 1min);
  EXPECT_EQ(pace.failed(1s), 10min);
  EXPECT_EQ(pace.failed(1s), std::nullopt);
  EXPECT_EQ(pace.failed(1s), std::nullopt);
}

TEST(RestartPace, BeginsAnewAfterALongGoodTime) {
  RestartPace pace;
  EXPECT_EQ(pace.failed(1s), 10s);
  EXPECT_EQ(pace.failed(1h - 1s), 1min);
  EXPECT_EQ(pace.failed(1h), 10s);
}

}  // namespace
}  // namespace amibroker::host
