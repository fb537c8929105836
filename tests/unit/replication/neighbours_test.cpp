// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/neighbours.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Zones = std::vector<std::vector<std::string_view>>;

/// The neighbours of servers with these zones. The lists of zones must outlive nothing.
Neighbours neighbours(const Zones& zones) {
  std::vector<ServerInfo> servers;
  for (const auto& of_server : zones) servers.push_back({static_cast<ServerId>(servers.size()), {}, {}, of_server});
  return Neighbours(servers);
}

TEST(Neighbours, ServersWithoutZonesAreAllNeighbours) {
  const Neighbours found = neighbours({{}, {}, {}});
  EXPECT_TRUE(found.all());
  EXPECT_THAT(found.of(0), ElementsAre(1, 2));
  EXPECT_THAT(found.of(1), ElementsAre(0, 2));
}

TEST(Neighbours, ServersOfOneZoneAreAllNeighbours) {
  const Neighbours found = neighbours({{"hq"}, {"berlin", "hq"}, {"hq"}});
  EXPECT_TRUE(found.all());
  EXPECT_THAT(found.of(2), ElementsAre(0, 1));
}

TEST(Neighbours, AServerInTwoZonesIsANeighbourInBothWhichDoesNotJoinThem) {
  const Neighbours found = neighbours({{"berlin"}, {"berlin", "hq"}, {"hq"}});
  EXPECT_FALSE(found.all());
  EXPECT_THAT(found.of(0), ElementsAre(1));
  EXPECT_THAT(found.of(1), ElementsAre(0, 2));
  EXPECT_THAT(found.of(2), ElementsAre(1));
}

TEST(Neighbours, AServerWithoutAZoneIsNoNeighbourOfOneInAZone) {
  const Neighbours found = neighbours({{}, {"hq"}, {}});
  EXPECT_FALSE(found.all());
  EXPECT_THAT(found.of(0), ElementsAre(2));
  EXPECT_THAT(found.of(1), IsEmpty());
}

TEST(Neighbours, ZonesDifferByCaseAndAreComparedWhole) {
  EXPECT_THAT(neighbours({{"hq"}, {"HQ"}, {"hq2"}}).of(0), IsEmpty());
}

TEST(Neighbours, OneServerHasNone) {
  const Neighbours found = neighbours({{"hq"}});
  EXPECT_TRUE(found.all());
  EXPECT_THAT(found.of(0), IsEmpty());
}

}  // namespace
}  // namespace amibroker::replication
