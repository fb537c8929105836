// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/agreement.hpp"

#include <gmock/gmock.h>

namespace amibroker::sim::app {
namespace {

using enum DeviceState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AgreementTest : public ::testing::Test {
 protected:
  // A write of the broker, without one.
  void hold(std::size_t server, DeviceState state) { fleet_[server].set_device_state("Custom:PJSIP/100", state); }
  Fleet fleet_{3};
  std::vector<Phone> phones_{{.server = 0, .device = "PJSIP/100"}};
};

TEST_F(AgreementTest, IsReachedWhenAllOthersHoldThePhonesState) {
  Agreement agreement(fleet_, phones_);
  fleet_[0].set_device_state("PJSIP/100", inuse);
  hold(1, inuse);
  EXPECT_FALSE(agreement.reached());
  hold(2, inuse);
  EXPECT_TRUE(agreement.reached());
  EXPECT_THAT(agreement.disagreements(), IsEmpty());
}

TEST_F(AgreementTest, SaysWhoDisagreesEvenIfItAgreedBefore) {
  Agreement agreement(fleet_, phones_);
  fleet_[0].set_device_state("PJSIP/100", inuse);
  hold(1, inuse);
  hold(2, inuse);
  EXPECT_TRUE(agreement.reached());
  hold(1, ringing);
  EXPECT_THAT(agreement.disagreements(), ElementsAre("PJSIP/100 is INUSE on server 1, but server 2 holds RINGING"));
}

}  // namespace
}  // namespace amibroker::sim::app
