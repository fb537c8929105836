// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/places.hpp"

#include <gtest/gtest.h>

namespace amibroker::replication {
namespace {

TEST(PlacesOfServers, TheyAreGivenInOrder) {
  Places places;
  EXPECT_EQ(places.add(0), 0U);
  EXPECT_EQ(places.add(5), 1U) << "servers may have been retired before";
  EXPECT_EQ(places.of(0), 0U);
  EXPECT_EQ(places.of(5), 1U);
  EXPECT_EQ(places.server(1), 5U);
  EXPECT_EQ(places.of(3), no_place);
  EXPECT_EQ(places.of(77), no_place);
}

TEST(PlacesOfServers, ThatOfARetiredServerIsGivenToTheNextSoTheTablesDoNotGrow) {
  Places places;
  for (ServerId server = 0; server < 3; ++server) places.add(server);
  for (ServerId server = 3; server < 1000; ++server) {
    places.remove(server - 2);
    EXPECT_EQ(places.of(server - 2), no_place);
    const Place place = places.add(server);
    EXPECT_EQ(places.server(place), server);
  }
  EXPECT_EQ(places.size(), 3U);
}

}  // namespace
}  // namespace amibroker::replication
