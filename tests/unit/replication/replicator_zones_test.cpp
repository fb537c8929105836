// SPDX-License-Identifier: Apache-2.0
//
// What zones cost and show: cells for only those servers that have to do with a key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string_view>
#include <vector>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr ValueId in_use = 2;
constexpr ValueId ringing = 3;
constexpr std::array<std::string_view, 3> zones{"east", "north", "west"};

/// Servers in zones of two: 0 and 1 in the first, 2 and 3 in the second, 4 and 5 in the third.
std::vector<ServerInfo> pairs() {
  std::vector<ServerInfo> servers = servers_of_one_zone(6);
  for (std::size_t i = 0; i < servers.size(); ++i) servers[i].zones = std::span(&zones[i / 2], 1);
  return servers;
}

class ZonedFleet : public ::testing::Test {
 protected:
  Fleet fleet{pairs()};
};

TEST_F(ZonedFleet, ADeviceCostsMemoryOnlyInItsZone) {
  fleet.add_keys(Sharing::one_way, 3);
  EXPECT_EQ(fleet.replicator.cells(), 0U);
  fleet.origin(0, 0, in_use);
  fleet.origin(3, 1, in_use);
  EXPECT_EQ(fleet.replicator.cells(), 4U);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}, Write{2, 1, in_use}));
}

TEST_F(ZonedFleet, ASharedNameCostsMemoryOnlyInItsZone) {
  fleet.add_keys(Sharing::symmetric, 1);
  fleet.event(4, 0, in_use);
  EXPECT_EQ(fleet.replicator.cells(), 2U);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{5, 0, in_use}));
}

TEST_F(ZonedFleet, ANameThatAServerHoldsFromBeforeCostsMemoryThereAlone) {
  fleet.add_keys(Sharing::one_way, 1);
  fleet.replicator.list_asked(2);
  const std::array<Listed, 1> list{Listed{0, in_use, Listed::Kind::held}};
  EXPECT_FALSE(fleet.replicator.read(2, list, fleet.now));
  EXPECT_EQ(fleet.replicator.cells(), 1U);
  fleet.replicator.clear_orphan(2, 0, fleet.now);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{2, 0, Fleet::neutral}));
}

TEST_F(ZonedFleet, ADeviceOfTwoZonesIsShownInBothEachWithWhatItsOwnServersSay) {
  fleet.add_keys(Sharing::one_way, 1);
  fleet.origin(0, 0, in_use);
  fleet.origin(2, 0, ringing);
  EXPECT_EQ(fleet.replicator.cells(), 4U);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, 0, in_use}, Write{3, 0, ringing}));
}

TEST_F(ZonedFleet, WhatALeavingServerHadIsGivenBack) {
  fleet.add_keys(Sharing::one_way, 1);
  fleet.origin(0, 0, in_use);
  fleet.replicator.remove_server(1, fleet.now);
  fleet.neighbours.remove(1);
  EXPECT_EQ(fleet.replicator.cells(), 1U);
}

/// A fleet in which anything may happen, beside the plainest account of it.
class Account {
 public:
  explicit Account(std::uint32_t seed) : random_(seed) {
    fleet.add_keys(Sharing::one_way, keys);
    for (Place place = 0; place < places; ++place) there_[place] = {zones[place / 2]};
  }

  void step() {
    const auto place = static_cast<Place>(random_() % places);
    const std::uint32_t what = random_() % 10;
    if (what == 0) there_.contains(place) ? remove(place) : add(place);
    else if (!there_.contains(place)) return;
    else if (what == 1) rezone(place);
    else if (what == 2) lose(place);
    else say(place, random_() % keys, random_() % 4);
    answer();
  }

  /// What is wanted somewhere and should not be, or the other way round.
  [[nodiscard]] bool holds() const {
    for (const auto& [place, zones_of_place] : there_)
      for (KeyId key = 0; key < keys; ++key) {
        const ValueId desired = fleet.cell(place, key).desired;
        const ValueId expected = newest(place, key);
        const bool nothing = expected == no_value && (desired == no_value || desired == Fleet::neutral);
        if (desired != expected && !nothing) return false;
      }
    return true;
  }

 private:
  static constexpr Place places = 6;
  static constexpr KeyId keys = 5;
  struct Said {
    ValueId value;
    int order;
  };

  std::vector<std::string_view> some_zones() {
    std::vector<std::string_view> some;
    for (const std::string_view zone : zones)
      if (random_() % 2 == 0) some.push_back(zone);
    return some;
  }
  [[nodiscard]] bool neighbours(Place a, Place b) const {
    const auto& one = there_.at(a);
    const auto& other = there_.at(b);
    if (one.empty() || other.empty()) return one.empty() && other.empty();
    return std::find_first_of(one.begin(), one.end(), other.begin(), other.end()) != one.end();
  }
  [[nodiscard]] ValueId newest(Place target, KeyId key) const {
    Said found{no_value, -1};
    for (const auto& [place, zones_of_place] : there_) {
      const auto said = said_.find({place, key});
      if (place == target || said == said_.end() || said->second.value == no_value || !neighbours(place, target))
        continue;
      if (said->second.order > found.order) found = said->second;
    }
    return found.value;
  }

  void add(Place place) {
    there_[place] = some_zones();
    fleet.neighbours.set(place, there_[place]);
    fleet.replicator.add_server(place, fleet.now);
    fleet.up(place);
  }
  void remove(Place place) {
    fleet.replicator.remove_server(place, fleet.now);
    fleet.neighbours.remove(place);
    there_.erase(place);
    forget(place);
  }
  void rezone(Place place) {
    const std::vector<Place> before = fleet.neighbours.of(place);
    there_[place] = some_zones();
    if (!fleet.neighbours.set(place, there_[place])) return;
    const std::vector<Place>& after = fleet.neighbours.of(place);
    std::vector<Place> removed, added;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(removed));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
    fleet.replicator.zones_changed(place, removed, added, fleet.now);
  }
  void lose(Place place) {
    fleet.replicator.server_lost(place, fleet.now);
    forget(place);
  }
  void say(Place place, KeyId key, ValueId value) {
    fleet.origin(place, key, value);
    said_[{place, key}] = {value, ++order_};
  }
  void forget(Place place) {
    for (KeyId key = 0; key < keys; ++key) said_.erase({place, key});
  }
  void answer() {
    for (std::vector<Write> writes = fleet.taken(); !writes.empty(); writes = fleet.taken())
      for (const Write& write : writes) fleet.done(write.target, write.key);
  }

  Fleet fleet{pairs()};
  std::mt19937 random_;
  std::map<Place, std::vector<std::string_view>> there_;
  std::map<std::pair<Place, KeyId>, Said> said_;
  int order_ = 0;
};

TEST(Zones, WhateverHappensEachServerShowsWhatItsNeighboursSayAndNothingElse) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    Account account(seed);
    for (int step = 0; step < 100; ++step) {
      account.step();
      ASSERT_TRUE(account.holds()) << "seed " << seed << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace amibroker::replication
