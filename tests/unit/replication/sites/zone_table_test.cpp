// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/zone_table.hpp"

#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"

namespace amibroker::replication {
namespace {

class ZoneTableTest : public ::testing::Test {
 protected:
  ZoneTableTest() {
    for (const ServerInfo& server : host_.servers()) places_.add(server.id);
  }
  bool update() { return zones_.update(host_.servers(), places_); }
  [[nodiscard]] std::vector<Place> places(std::string_view name) const {
    const auto zone = zones_.find(name);
    if (!zone) return {99};
    return {zones_.places(*zone).begin(), zones_.places(*zone).end()};
  }

  testing::FakeHost host_{{"1", "2", "3"}};
  Places places_;
  ZoneTable zones_;
};

TEST_F(ZoneTableTest, ServersWithoutZonesAreInOneWithoutAName) {
  EXPECT_TRUE(update());
  EXPECT_FALSE(update());
  EXPECT_EQ(places(""), (std::vector<Place>{0, 1, 2}));
  EXPECT_EQ(zones_.size(), 1U);
}

TEST_F(ZoneTableTest, AServerIsInEachOfItsZones) {
  host_.set_zones(0, {"north", "south"});
  host_.set_zones(2, {"south"});
  update();
  EXPECT_EQ(places("north"), (std::vector<Place>{0}));
  EXPECT_EQ(places("south"), (std::vector<Place>{0, 2}));
  EXPECT_EQ(places(""), (std::vector<Place>{1}));
  EXPECT_TRUE(zones_.has(*zones_.find("south"), 2));
  EXPECT_FALSE(zones_.has(*zones_.find("north"), 2));
  EXPECT_TRUE(zones_.of(77).empty());
}

TEST_F(ZoneTableTest, AZoneOfThePastKeepsItsNumber) {
  host_.set_zones(0, {"north"});
  update();
  const ZoneId north = *zones_.find("north");
  host_.set_zones(0, {"east"});
  EXPECT_TRUE(update());
  EXPECT_EQ(places("north"), (std::vector<Place>{}));
  EXPECT_EQ(zones_.name(north), "north");
  EXPECT_EQ(places("east"), (std::vector<Place>{0}));
}

TEST_F(ZoneTableTest, ARetiredServerIsInNone) {
  update();
  places_.remove(1);
  EXPECT_TRUE(update());
  EXPECT_EQ(places(""), (std::vector<Place>{0, 2}));
}

}  // namespace
}  // namespace amibroker::replication
