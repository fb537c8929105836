// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/latency_meter.hpp"

#include <gmock/gmock.h>

namespace amibroker::sim {
namespace {

using enum DeviceState;
using namespace std::chrono_literals;

class Meter : public ::testing::Test {
 protected:
  Meter() : Meter({0, 0, 0}) {}
  explicit Meter(const std::vector<std::size_t>& groups) : meter_(groups) {}
  void change(DeviceState state, std::chrono::milliseconds at, std::size_t server = 0) {
    meter_.on_change(server, "PJSIP/1", state, start_ + at);
  }
  void write(std::size_t server, const char* value, std::chrono::milliseconds at, const char* key = "Custom:PJSIP/1") {
    meter_.on_write(server, key, value, start_ + at);
  }
  LatencyMeter meter_;
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

/// Servers 0 and 1 are of one site, 2 of another one.
class MeterOfSites : public Meter {
 protected:
  MeterOfSites() : Meter({0, 0, 1}) {}
};

TEST_F(MeterOfSites, TellsTargetsOfTheSameSiteFromOthers) {
  change(ringing, 0ms);
  write(1, "RINGING", 2ms);
  write(2, "RINGING", 10ms);
  EXPECT_EQ(meter_.times(Way::within).measured, 1U);
  EXPECT_NEAR(meter_.times(Way::within).median.count(), 2, 0.01);
  EXPECT_NEAR(meter_.times(Way::across).p99.count(), 10, 0.01);
}

TEST_F(MeterOfSites, SaysNothingOfWhatIsBetweenASiteThatIsLeftOutAndOthers) {
  change(ringing, 0ms);  // is open when the cut comes
  meter_.leave_out(1);
  change(inuse, 1ms);
  write(1, "INUSE", 2ms);
  meter_.on_change(2, "PJSIP/2", busy, start_ + 2ms);
  write(2, "INUSE", 500ms);
  EXPECT_EQ(meter_.times(Way::within).measured, 1U);
  EXPECT_EQ(meter_.times(Way::across).measured, 0U);
  EXPECT_EQ(meter_.figures().left_out, 2U);
  EXPECT_EQ(meter_.figures().replaced, 1U);
  EXPECT_EQ(meter_.figures().open, 2U);  // PJSIP/2
}

TEST_F(MeterOfSites, DoesNotWaitForWhatWasLeftOut) {
  meter_.leave_out(1);
  change(ringing, 0ms);
  meter_.take_in();
  EXPECT_EQ(meter_.figures().open, 1U);  // at server 1
  change(ringing, 1000ms);
  write(2, "RINGING", 1003ms);
  EXPECT_NEAR(meter_.times(Way::across).median.count(), 3, 0.01);
}

}  // namespace
}  // namespace amibroker::sim
