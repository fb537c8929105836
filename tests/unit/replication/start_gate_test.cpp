// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/start_gate.hpp"

#include <gtest/gtest.h>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

TEST(StartGate, OpensForAServerOnceAllOthersAreDecided) {
  const Neighbours neighbours(servers_of_one_zone(3));
  StartGate gate(neighbours, 3);
  gate.came_up(0);
  gate.decide(0);
  gate.decide(1);
  EXPECT_FALSE(gate.is_open(0)) << "server 2 may still come";
  EXPECT_FALSE(gate.is_open(1));
  EXPECT_TRUE(gate.is_open(2)) << "what it contributes itself is not shown on it";
  EXPECT_FALSE(gate.all_decided());
  gate.decide(2);
  EXPECT_TRUE(gate.is_open(0));
  EXPECT_TRUE(gate.is_open(1));
  EXPECT_TRUE(gate.all_decided());
}

TEST(StartGate, AServerHoldsUpItsNeighboursOnly) {
  constexpr std::string_view north = "north";
  constexpr std::string_view south = "south";
  const std::vector<ServerInfo> servers{
      {0, {}, {}, {&north, 1}}, {1, {}, {}, {&north, 1}}, {2, {}, {}, {&south, 1}}, {3, {}, {}, {&south, 1}}};
  Neighbours neighbours(servers);
  StartGate gate(neighbours, 4);
  for (const Place place : {0, 1, 2}) gate.decide(place);
  EXPECT_TRUE(gate.is_open(0));
  EXPECT_TRUE(gate.is_open(1));
  EXPECT_FALSE(gate.is_open(2));
  neighbours.set(3, {&north, 1});
  gate.zones_changed();
  EXPECT_FALSE(gate.is_open(0));
  EXPECT_TRUE(gate.is_open(2));
}

TEST(StartGate, AfterTheWaitServersThatAreNotThereHoldNothingUp) {
  const Neighbours neighbours(servers_of_one_zone(2));
  StartGate gate(neighbours, 2);
  gate.came_up(0);
  gate.decide(0);
  EXPECT_FALSE(gate.is_open(0));
  gate.waited();
  EXPECT_TRUE(gate.is_open(0));
  EXPECT_FALSE(gate.all_decided());
}

TEST(StartGate, AfterTheWaitServersThatAreBeingReadStillHoldItUp) {
  const Neighbours neighbours(servers_of_one_zone(2));
  StartGate gate(neighbours, 2);
  gate.came_up(0);
  gate.came_up(1);
  gate.decide(0);
  gate.waited();
  EXPECT_FALSE(gate.is_open(0));
  gate.went_down(1);
  EXPECT_TRUE(gate.is_open(0));
}

TEST(StartGate, AServerThatWasDecidedStaysSoWhenItGoesDown) {
  const Neighbours neighbours(servers_of_one_zone(2));
  StartGate gate(neighbours, 2);
  gate.came_up(0);
  gate.decide(0);
  gate.went_down(0);
  EXPECT_TRUE(gate.is_open(1));
}

TEST(StartGate, WhoeverIsHeardLastOpensIt) {
  const Neighbours neighbours(servers_of_one_zone(5));
  for (const std::vector<Place>& order : {std::vector<Place>{1, 2, 3, 4}, {4, 3, 2, 1}, {2, 4, 1, 3}}) {
    StartGate gate(neighbours, 5);
    for (const Place place : order) {
      EXPECT_FALSE(gate.is_open(0));
      gate.decide(place);
    }
    EXPECT_TRUE(gate.is_open(0));
  }
}

}  // namespace
}  // namespace amibroker::replication
