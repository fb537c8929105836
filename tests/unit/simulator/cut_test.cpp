// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/cut.hpp"

#include <gmock/gmock.h>

#include "tests/simulator/held_port.hpp"

namespace amibroker::sim::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class CutTest : public ::testing::Test {
 protected:
  CutTest() { EXPECT_TRUE(port_.take(0)); }
  std::string look(std::chrono::milliseconds elapsed) { return cut_.look(elapsed).value_or(""); }

  HeldPort port_;
  engine_test::TcpProxy way_{port_.port()};
  LatencyMeter meter_{std::vector<std::size_t>{0, 1}};
  Fleet fleet_{2, ServerOptions{}, &meter_};
  std::vector<Phone> phones_{{.server = 0, .device = "PJSIP/100"}};
  Cut cut_{{way_, meter_, 1, 9s}, Agreement(fleet_, phones_)};
};

TEST_F(CutTest, LastsForTheSecondThird) {
  EXPECT_EQ(look(2999ms), "");
  EXPECT_EQ(cut_.site(), std::nullopt);
  EXPECT_THAT(look(3s), HasSubstr("site-2 is cut off"));
  EXPECT_EQ(cut_.site(), 1U);
  EXPECT_EQ(look(5999ms), "");
  EXPECT_THAT(look(6s), HasSubstr("mended"));
  EXPECT_EQ(cut_.site(), std::nullopt);
}

TEST_F(CutTest, IsHealedWhenAllAgreedAndIsMeasuredAgainFromThenOn) {
  std::ignore = look(3s);
  fleet_[0].set_device_state("PJSIP/100", DeviceState::inuse);
  std::ignore = look(6s);
  EXPECT_EQ(look(6100ms), "");
  EXPECT_EQ(meter_.figures().open, 1U);
  fleet_[1].set_device_state("Custom:PJSIP/100", DeviceState::inuse);  // a write of the broker, without one
  EXPECT_THAT(look(6200ms), HasSubstr("each lamp was right while calls went on"));
  EXPECT_EQ(meter_.figures().open, 0U);
  EXPECT_EQ(meter_.figures().left_out, 1U);
  EXPECT_EQ(look(6300ms), "");
  EXPECT_EQ(cut_.end(), std::nullopt);
}

TEST_F(CutTest, ThatHealsAfterTheCallsIsSaidAtTheEnd) {
  std::ignore = look(3s);
  fleet_[0].set_device_state("PJSIP/100", DeviceState::inuse);
  std::ignore = look(6s);
  EXPECT_THAT(cut_.end().value_or(""), HasSubstr("after the last call"));
}

}  // namespace
}  // namespace amibroker::sim::app
