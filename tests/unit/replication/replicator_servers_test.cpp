// SPDX-License-Identifier: Apache-2.0
//
// Servers that are added, change their zones, and are retired, as the Replicator sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr ValueId idle = 1;
constexpr ValueId in_use = 2;
constexpr ValueId ringing = 3;
constexpr KeyId device = 0;
constexpr KeyId shared = 1;

/// Three servers that are up; a key of each kind.
class ChangingFleet : public ::testing::Test {
 protected:
  ChangingFleet() {
    fleet.add_keys(Sharing::one_way, 1);
    fleet.add_keys(Sharing::symmetric, 1);
  }
  void add(Place place, std::vector<std::string_view> zones = {}) {
    fleet.neighbours.set(place, zones);
    fleet.replicator.add_server(place, fleet.now);
  }
  void remove(Place place) {
    fleet.replicator.remove_server(place, fleet.now);
    fleet.neighbours.remove(place);
  }
  void rezone(Place place, std::vector<std::string_view> zones, std::vector<Place> removed, std::vector<Place> added) {
    fleet.neighbours.set(place, zones);
    fleet.replicator.zones_changed(place, removed, added, fleet.now);
  }
  void answer_all() {
    for (std::vector<Write> writes = fleet.taken(); !writes.empty(); writes = fleet.taken())
      for (const Write& write : writes) fleet.done(write.target, write.key);
  }
  /// An event of a symmetric key, and all that follows.
  void set_shared(Place server, ValueId value) {
    fleet.event(server, shared, value);
    for (const Write& write : fleet.taken()) {
      fleet.done(write.target, write.key);
      fleet.event(write.target, write.key, write.value);  // its echo
    }
    fleet.advance(std::chrono::seconds(10));
  }
  Fleet fleet{3};
};

TEST_F(ChangingFleet, ANewServerIsShownWhatTheOthersSayOnceItIsUp) {
  fleet.origin(0, device, in_use);
  set_shared(1, ringing);
  answer_all();
  add(3);
  EXPECT_THAT(fleet.taken(), IsEmpty()) << "it is down";
  fleet.up(3);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{3, device, in_use}, Write{3, shared, ringing}));
}

TEST_F(ChangingFleet, WhatANewServerSaysIsShownByTheOthers) {
  add(3);
  fleet.up(3);
  fleet.origin(3, device, ringing);
  EXPECT_THAT(fleet.taken(),
              UnorderedElementsAre(Write{0, device, ringing}, Write{1, device, ringing}, Write{2, device, ringing}));
}

TEST_F(ChangingFleet, ANewServerWithNothingToShowIsNotWritten) {
  fleet.origin(0, device, in_use);
  fleet.origin(0, device, no_value);
  answer_all();
  add(3);
  fleet.up(3);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(ChangingFleet, ManyNewServersKeepWhatTheOthersHave) {
  fleet.add_keys(Sharing::one_way, 300);
  for (KeyId key = 2; key < 302; ++key) fleet.origin(key % 3, key, key);
  answer_all();
  for (Place place = 3; place < 100; ++place) add(place);
  for (KeyId key = 2; key < 302; ++key) {
    EXPECT_EQ(fleet.cell(key % 3, key).contribution, key);
    for (Place place = 3; place < 100; ++place) ASSERT_EQ(fleet.cell(place, key).desired, key);
  }
}

TEST_F(ChangingFleet, WhatARetiredServerSaidIsWithdrawnAtOnceAndNothingIsWrittenToIt) {
  fleet.origin(1, device, idle);
  fleet.origin(0, device, in_use);
  answer_all();
  remove(0);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{2, device, idle}, Write{1, device, Fleet::neutral}));
  fleet.done(1, device), fleet.done(2, device);
  fleet.origin(2, device, ringing);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, device, ringing}));
}

TEST_F(ChangingFleet, ARetiredServerIsForgotten) {
  fleet.origin(0, device, in_use);
  fleet.event(1, shared, ringing);
  fleet.done(2, device, Outcome::unknown);
  remove(2);
  const Cell& cell = fleet.cell(2, device);
  EXPECT_EQ(cell.desired, no_value);
  EXPECT_EQ(cell.in_flight, no_value);
  EXPECT_EQ(fleet.cell(2, shared).echoes, EchoLists::none);
  EXPECT_EQ(fleet.replicator.target(2).in_flight(), 0U);
  fleet.taken();
  fleet.done(2, shared);  // a late answer
  fleet.advance(std::chrono::minutes(1));
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(ChangingFleet, TheNextServerAtThePlaceOfARetiredOneBeginsWithNothingOfIt) {
  fleet.origin(2, device, in_use);
  answer_all();
  remove(2);
  fleet.origin(0, device, ringing);
  answer_all();
  fleet.origin(0, device, no_value);
  answer_all();
  add(2);
  fleet.up(2);
  EXPECT_THAT(fleet.taken(), IsEmpty()) << "nobody says anything by now";
  EXPECT_EQ(fleet.cell(2, device).contribution, no_value);
  EXPECT_EQ(fleet.cell(2, device).observed, no_value);
}

TEST_F(ChangingFleet, ServersThatStopSharingAZoneWithdrawWhatTheOtherSaid) {
  fleet.origin(0, device, in_use);
  answer_all();
  rezone(0, {"alone"}, {1, 2}, {});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, device, Fleet::neutral}, Write{2, device, Fleet::neutral}));
}

TEST_F(ChangingFleet, ServersThatComeToShareAZoneShowEachOther) {
  rezone(0, {"alone"}, {1, 2}, {});
  fleet.origin(0, device, in_use);
  fleet.origin(1, device, idle);
  answer_all();
  rezone(0, {}, {}, {1, 2});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, device, idle}, Write{1, device, in_use}))
      << "and server 2 shows the newest already";
}

TEST_F(ChangingFleet, WhenTwoZonesAreJoinedTheLaterSharedValueCounts) {
  rezone(0, {"alone"}, {1, 2}, {});
  set_shared(1, idle);
  set_shared(0, ringing);
  answer_all();
  rezone(0, {}, {}, {1, 2});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, shared, ringing}, Write{2, shared, ringing}));
}

TEST_F(ChangingFleet, AServerThatJoinsWithAnOlderSharedValueTakesTheNewerOne) {
  rezone(0, {"alone"}, {1, 2}, {});
  set_shared(0, ringing);
  set_shared(1, idle);
  answer_all();
  rezone(0, {}, {}, {1, 2});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{0, shared, idle}));
}

TEST_F(ChangingFleet, ANewServerInTwoZonesDoesNotJoinThem) {
  rezone(0, {"north"}, {1, 2}, {});
  rezone(1, {"south"}, {2}, {});
  set_shared(0, idle);
  set_shared(1, ringing);
  answer_all();
  add(3, {"north", "south"});
  fleet.up(3);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{3, shared, ringing}));
  EXPECT_EQ(fleet.cell(0, shared).desired, idle);
}

}  // namespace
}  // namespace amibroker::replication
