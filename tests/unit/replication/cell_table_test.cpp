// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/cell_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Servers 0 and 1 are in the north, 2 and 3 in the south, and 4 in both.
class TableInZones : public ::testing::Test {
 protected:
  TableInZones() {
    for (Place place = 0; place < 5; ++place) set(place, place < 2 ? "north" : "south");
    const std::vector<std::string_view> both{"north", "south"};
    neighbours.set(4, both);
  }
  void set(Place place, std::string_view zone) { neighbours.set(place, std::vector<std::string_view>{zone}); }
  KeyId add_key() {
    table.add_key(Sharing::one_way);
    return static_cast<KeyId>(table.keys() - 1);
  }
  void add_around(Place place, KeyId key) {
    table.add_cells_around(place, key, [this](Place at, Cell&) { made.push_back(at); });
  }
  void add(Place place, KeyId key) {
    table.add_cell(place, key, [this](Place at, Cell&) { made.push_back(at); });
  }
  std::vector<Place> places_of(KeyId key) {
    std::vector<Place> places;
    const Row row = table.row(key);
    for (std::size_t i = 0; i < row.size(); ++i) places.push_back(row.place(i));
    return places;
  }

  Neighbours neighbours;
  CellTable table{neighbours, 5};
  std::vector<Place> made;
};

TEST_F(TableInZones, AKeyHasNoCellAtFirst) {
  const KeyId key = add_key();
  EXPECT_EQ(table.row(key).size(), 0U);
  EXPECT_EQ(table.find(0, key), nullptr);
  EXPECT_EQ(table.cells(), 0U);
}

TEST_F(TableInZones, OnlyTheServerAndItsNeighboursGetCells) {
  const KeyId key = add_key();
  add_around(0, key);
  EXPECT_THAT(places_of(key), ElementsAre(0, 1, 4));
  EXPECT_THAT(made, ElementsAre(0, 1, 4));
  EXPECT_EQ(table.find(2, key), nullptr);
  EXPECT_EQ(table.cells(), 3U);
}

TEST_F(TableInZones, AKeyOfTwoZonesKeepsWhatIsKnownAndIsToldOfItsNewCellsOnly) {
  const KeyId key = add_key();
  add_around(0, key);
  table.find(1, key)->desired = 7;
  made.clear();
  add_around(2, key);
  EXPECT_THAT(places_of(key), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(made, ElementsAre(2, 3));
  EXPECT_EQ(table.find(1, key)->desired, 7U);
  made.clear();
  add_around(0, key);
  EXPECT_THAT(made, IsEmpty());
}

TEST_F(TableInZones, ACellCanBeOfOneServerAlone) {
  const KeyId key = add_key();
  add(3, key);
  add(3, key);
  EXPECT_THAT(places_of(key), ElementsAre(3));
  add(0, key);
  EXPECT_THAT(places_of(key), ElementsAre(0, 3));
  EXPECT_THAT(made, ElementsAre(3, 0));
}

TEST_F(TableInZones, ACellThatIsTakenAwayLeavesTheOthersAsTheyWere) {
  const KeyId key = add_key();
  add_around(0, key);
  table.find(4, key)->observed = 5;
  table.remove_cell(1, key);
  table.remove_cell(1, key);
  EXPECT_THAT(places_of(key), ElementsAre(0, 4));
  EXPECT_EQ(table.find(4, key)->observed, 5U);
  table.remove_cell(0, key);
  table.remove_cell(4, key);
  EXPECT_THAT(places_of(key), IsEmpty());
  EXPECT_EQ(table.cells(), 0U);
}

TEST_F(TableInZones, TheKeysOfAServerAreThoseThatHaveACellThere) {
  const KeyId north = add_key();
  const KeyId south = add_key();
  const KeyId both = add_key();
  add_around(0, north);
  add_around(2, south);
  add_around(4, both);
  EXPECT_THAT(table.keys_of(1), UnorderedElementsAre(north, both));
  EXPECT_THAT(table.keys_of(3), UnorderedElementsAre(south, both));
  EXPECT_THAT(table.keys_of(4), UnorderedElementsAre(north, south, both));
  std::vector<KeyId> visited;
  table.each_cell(1, [&](KeyId key, Cell& cell) {
    visited.push_back(key);
    EXPECT_EQ(&cell, table.find(1, key));
  });
  EXPECT_THAT(visited, UnorderedElementsAre(north, both));
}

TEST_F(TableInZones, RowsWithinAZoneAreAMeshUntilTheZoneIsSplit) {
  const KeyId north = add_key();
  const KeyId both = add_key();
  add_around(0, north);
  add_around(4, both);
  EXPECT_TRUE(table.row(north).mesh());
  EXPECT_FALSE(table.row(both).mesh());
  set(1, "west");
  EXPECT_FALSE(table.row(north).mesh());
  const KeyId later = add_key();
  add_around(0, later);
  EXPECT_THAT(places_of(later), ElementsAre(0, 4));
}

TEST_F(TableInZones, AKeyThatIsTakenAwayGivesItsCellsAndItsNumberBack) {
  const KeyId first = add_key();
  const KeyId second = add_key();
  add_around(0, first);
  add_around(0, second);
  table.find(1, first)->observed = 9;
  table.remove_key(first);
  EXPECT_FALSE(table.has(first));
  EXPECT_EQ(table.cells(), 3U);
  EXPECT_THAT(table.keys_of(1), ElementsAre(second));
  EXPECT_EQ(table.add_key(Sharing::symmetric), first);
  EXPECT_EQ(table.row(first).size(), 0U);
  add_around(0, first);
  EXPECT_EQ(table.find(1, first)->observed, no_value);
}

TEST(TableOfOneZone, ANewServerGetsACellOfEveryKeyThatAllOthersHave) {
  Neighbours neighbours;
  for (Place place = 0; place < 3; ++place) neighbours.set(place, {});
  CellTable table(neighbours, 3);
  for (KeyId key = 0; key < 2; ++key) {
    table.add_key(Sharing::one_way);
    table.add_cells_around(0, key, [](Place, Cell&) {});
    table.find(2, key)->desired = key + 1;
  }
  table.add_key(Sharing::one_way);
  table.add_cell(1, 2, [](Place, Cell&) {});
  for (Place place = 3; place < 40; ++place) {
    neighbours.set(place, {});
    table.add_place();
    ASSERT_NE(table.find(place, 1), nullptr);
    EXPECT_EQ(table.find(place, 1)->desired, no_value);
    EXPECT_EQ(table.find(2, 1)->desired, 2U);
    EXPECT_EQ(table.find(place, 2), nullptr);
    EXPECT_EQ(table.cells(), 2 * (place + 1) + 1);
    EXPECT_TRUE(table.row(0).mesh());
  }
  table.add_cells_around(39, 2, [](Place, Cell&) {});
  EXPECT_THAT(table.keys_of(39), UnorderedElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace amibroker::replication
