// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/latency_meter.hpp"

#include <gmock/gmock.h>

namespace amibroker::sim {
namespace {

using enum DeviceState;
using namespace std::chrono_literals;

class Meter : public ::testing::Test {
 protected:
  void change(DeviceState state, std::chrono::milliseconds at, std::size_t server = 0) {
    meter_.on_change(server, "PJSIP/1", state, start_ + at);
  }
  void write(std::size_t server, const char* value, std::chrono::milliseconds at, const char* key = "Custom:PJSIP/1") {
    meter_.on_write(server, key, value, start_ + at);
  }
  LatencyMeter meter_{3};
  Clock::time_point start_ = Clock::now();
};

TEST_F(Meter, MeasuresEachChangeAtEachTarget) {
  change(ringing, 0ms);
  write(1, "RINGING", 2ms);
  write(2, "RINGING", 10ms);
  const auto figures = meter_.figures();
  EXPECT_EQ(figures.changes, 1U);
  EXPECT_EQ(figures.writes, 2U);
  EXPECT_EQ(figures.delivered, 2U);
  EXPECT_EQ(figures.open, 0U);
  EXPECT_NEAR(figures.median.count(), 2, 0.01);
}

TEST_F(Meter, FindsMedianAndPercentile) {
  for (int i = 1; i <= 101; ++i) {
    change(i % 2 == 0 ? ringing : inuse, std::chrono::milliseconds(1000 * i));
    write(1, i % 2 == 0 ? "RINGING" : "INUSE", std::chrono::milliseconds(1000 * i + i));
  }
  EXPECT_NEAR(meter_.figures().median.count(), 51, 0.1);
  EXPECT_NEAR(meter_.figures().p99.count(), 100, 0.1);
  EXPECT_NEAR(meter_.figures().longest.count(), 101, 0.1);
}

TEST_F(Meter, CountsAChangeThatALaterOneReplaced) {
  change(ringing, 0ms);
  change(inuse, 1ms);
  write(1, "INUSE", 3ms);
  const auto figures = meter_.figures();
  EXPECT_EQ(figures.replaced, 1U);
  EXPECT_EQ(figures.delivered, 1U);
  EXPECT_EQ(figures.open, 2U);  // both at the other target
  EXPECT_NEAR(figures.median.count(), 2, 0.01);
}

TEST_F(Meter, CountsWritesThatNoChangeAskedFor) {
  write(1, "BUSY", 0ms);
  change(ringing, 1ms);
  write(0, "RINGING", 2ms);  // its own server
  write(1, "BUSY", 2ms);
  write(1, "away", 2ms, "CustomPresence:1");
  EXPECT_EQ(meter_.figures().unasked, 3U);
  EXPECT_EQ(meter_.figures().writes, 3U);
  EXPECT_EQ(meter_.figures().delivered, 0U);
}

TEST_F(Meter, IgnoresLocalChangesOfCustomDevices) {
  meter_.on_change(0, "Custom:lamp", busy, start_);
  EXPECT_EQ(meter_.figures().changes, 0U);
}

TEST_F(Meter, RestartKeepsWhatIsOpen) {
  change(ringing, 0ms);
  write(1, "RINGING", 50ms);
  meter_.restart();
  EXPECT_EQ(meter_.figures().changes, 0U);
  EXPECT_EQ(meter_.figures().median.count(), 0);
  write(2, "RINGING", 60ms);
  EXPECT_EQ(meter_.figures().delivered, 1U);
  EXPECT_EQ(meter_.figures().open, 0U);
}

}  // namespace
}  // namespace amibroker::sim
