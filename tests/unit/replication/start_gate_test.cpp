// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/start_gate.hpp"

#include <gtest/gtest.h>

namespace amibroker::replication {
namespace {

TEST(StartGate, OpensOnceAllServersAreDecided) {
  StartGate gate(2);
  gate.came_up(0);
  gate.decide(0);
  EXPECT_FALSE(gate.may_open()) << "the other may still come";
  EXPECT_FALSE(gate.all_decided());
  gate.decide(1);
  EXPECT_TRUE(gate.may_open());
  EXPECT_TRUE(gate.all_decided());
}

TEST(StartGate, AfterTheWaitServersThatAreNotThereHoldNothingUp) {
  StartGate gate(2);
  gate.came_up(0);
  gate.decide(0);
  gate.waited();
  EXPECT_TRUE(gate.may_open());
  EXPECT_FALSE(gate.all_decided());
}

TEST(StartGate, AfterTheWaitServersThatAreBeingReadStillHoldItUp) {
  StartGate gate(2);
  gate.came_up(0);
  gate.came_up(1);
  gate.decide(0);
  gate.waited();
  EXPECT_FALSE(gate.may_open());
  gate.went_down(1);
  EXPECT_TRUE(gate.may_open());
}

TEST(StartGate, AServerThatWasDecidedStaysSoWhenItGoesDown) {
  StartGate gate(1);
  gate.came_up(0);
  gate.decide(0);
  gate.went_down(0);
  EXPECT_TRUE(gate.may_open());
  EXPECT_TRUE(gate.all_decided());
}

}  // namespace
}  // namespace amibroker::replication
