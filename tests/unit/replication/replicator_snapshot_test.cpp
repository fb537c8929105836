// SPDX-License-Identifier: Apache-2.0
//
// Rule 6 of docs/replication.md: what a snapshot of a server changes of native devices.
#include <gmock/gmock.h>

#include "tests/unit/replication/snapshot_fixture.hpp"

namespace amibroker::replication {
namespace {

using Kind = Listed::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr ValueId neutral = Fleet::neutral;
constexpr ValueId idle = 1;
constexpr ValueId ringing = 2;
constexpr ValueId in_use = 3;

class OneWaySnapshot : public Snapshot {
 protected:
  OneWaySnapshot() : Snapshot(Sharing::one_way) {}
  /// Server 0 says it, and the others hold it.
  void everywhere(ValueId value) {
    fleet.origin(0, key, value);
    answer_all();
  }
};

TEST_F(OneWaySnapshot, AServerThatCameUpIsWrittenNothingBeforeItWasRead) {
  everywhere(idle);
  reconnect(1);
  fleet.origin(0, key, in_use);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{2, key, in_use}));
  ask(1);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  list(1, {});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, in_use}));
}

TEST_F(OneWaySnapshot, AnOwnDeviceInTheListIsShownByTheOthers) {
  read(0, {{key, in_use, Kind::own}});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, key, in_use}, Write{2, key, in_use}));
}

TEST_F(OneWaySnapshot, AnOwnDeviceThatIsListedUnchangedLeadsToNoWriteAndIsNoNewerThanBefore) {
  everywhere(in_use);
  const std::uint32_t said = fleet.cell(0).contributed_as;
  read(0, {{key, in_use, Kind::own}});
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(fleet.cell(0).contributed_as, said);
}

TEST_F(OneWaySnapshot, AnOwnDeviceThatIsNotListedAnyMoreIsWithdrawn) {
  everywhere(in_use);
  read(0, {});
  EXPECT_EQ(fleet.cell(0).contribution, no_value);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, key, neutral}, Write{2, key, neutral}));
}

TEST_F(OneWaySnapshot, AnOwnDeviceThatIsListedInOneSnapshotIsWithdrawnByTheNextThatLacksIt) {
  read(0, {{key, in_use, Kind::own}});
  answer_all();
  read(0, {});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, key, neutral}, Write{2, key, neutral}));
}

TEST_F(OneWaySnapshot, AnEventSinceTheListWasAskedForWinsOverIt) {
  everywhere(idle);
  ask(0);
  fleet.origin(0, key, ringing);
  answer_all();
  list(0, {{key, idle, Kind::own}});
  EXPECT_EQ(fleet.cell(0).contribution, ringing);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, AnEventSinceTheListWasAskedForWinsOverAListWithoutTheDevice) {
  ask(0);
  fleet.origin(0, key, ringing);
  answer_all();
  list(0, {});
  EXPECT_EQ(fleet.cell(0).contribution, ringing);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, AnEventBeforeTheListWasAskedForLosesToIt) {
  ask(0);
  fleet.origin(0, key, ringing);
  answer_all();
  ask(0);
  list(0, {{key, in_use, Kind::own}});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, key, in_use}, Write{2, key, in_use}));
}

TEST_F(OneWaySnapshot, WhatTheServerIsListedToHoldIsNotWrittenAgain) {
  everywhere(in_use);
  reconnect(1);
  read(1, {{key, in_use, Kind::held}});
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, AServerThatIsListedToHoldSomethingElseIsWritten) {
  everywhere(in_use);
  read(1, {{key, idle, Kind::held}});
  EXPECT_EQ(fleet.cell(1).observed, idle);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, in_use}));
}

TEST_F(OneWaySnapshot, AServerThatDoesNotListTheNameIsWrittenIt) {
  everywhere(in_use);
  read(1, {{key, in_use, Kind::held}});
  read(1, {});
  EXPECT_EQ(fleet.cell(1).observed, absent);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, in_use}));
}

TEST_F(OneWaySnapshot, ANameThatTheServerDoesNotHaveNeedNotBeMadeToHoldNothing) {
  everywhere(in_use);
  everywhere(no_value);
  EXPECT_EQ(fleet.cell(1).observed, neutral);
  reconnect(1);
  read(1, {});
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, AListThatAWriteUnderWayMayHaveMissedDoesNotCount) {
  everywhere(idle);
  fleet.origin(0, key, in_use);
  ask(1);
  list(1, {{key, ringing, Kind::held}});
  EXPECT_EQ(fleet.cell(1).observed, idle);
  fleet.taken();
  fleet.done(1, key);
  EXPECT_EQ(fleet.cell(1).observed, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, AListThatAWriteWhichEndedMeanwhileMayHaveMissedDoesNotCount) {
  everywhere(idle);
  ask(1);
  everywhere(in_use);
  list(1, {{key, idle, Kind::held}});
  EXPECT_EQ(fleet.cell(1).observed, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, AListFromBeforeAWriteThatMadeTheNameDoesNotCount) {
  ask(1);
  everywhere(in_use);
  list(1, {});
  EXPECT_EQ(fleet.cell(1).observed, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, AListThatWasAskedForAfterAWriteCounts) {
  ask(1);
  everywhere(in_use);
  read(1, {{key, idle, Kind::held}});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, in_use}));
}

TEST_F(OneWaySnapshot, AnEventOfItsOwnDeviceSaysNothingOfWhatTheServerHolds) {
  fleet.origin(1, key, in_use);
  answer_all();
  ask(0);
  fleet.origin(0, key, ringing);
  answer_all();
  list(0, {{key, ringing, Kind::own}, {key, idle, Kind::held}});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{0, key, in_use}));
}

TEST_F(OneWaySnapshot, WhatTheServerHoldsUnderTheNameIsNoNews) {
  read(1, {{key, in_use, Kind::held}});
  EXPECT_EQ(fleet.cell(1).observed, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(fleet.cell(0).desired, no_value);
}

TEST_F(OneWaySnapshot, AServerThatWasReadDoesNotHaveANameThatComesUpLater) {
  read(1, {});
  fleet.add_keys(Sharing::one_way, 1);
  constexpr KeyId later = 2;
  EXPECT_EQ(fleet.cell(1, later).observed, absent);
  fleet.origin(0, later, neutral);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{2, later, neutral})) << "of server 2 nothing is known";
  fleet.origin(0, later, in_use);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, later, in_use}));
}

TEST_F(OneWaySnapshot, NothingIsKnownOfANameThatComesUpBeforeTheServerWasReadAgain) {
  read(1, {});
  reconnect(1);
  fleet.add_keys(Sharing::one_way, 1);
  constexpr KeyId later = 2;
  EXPECT_EQ(fleet.cell(1, later).observed, no_value);
  fleet.replicator.unreadable(1, fleet.now);
  fleet.add_keys(Sharing::one_way, 1);
  EXPECT_EQ(fleet.cell(1, later + 1).observed, no_value);
}

TEST_F(OneWaySnapshot, ARefusedWriteIsTriedAgainOnceInEachSnapshot) {
  fleet.origin(0, key, in_use);
  fleet.taken();
  fleet.done(1, key, Outcome::error);
  for (int i = 0; i < 2; ++i) {
    read(1, {});
    EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, in_use}));
    fleet.done(1, key, Outcome::error);
    EXPECT_THAT(fleet.taken(), IsEmpty());
  }
}

TEST_F(OneWaySnapshot, AServerThatCannotBeReadIsWrittenEverythingWhateverItHeldBefore) {
  everywhere(in_use);
  reconnect(1);
  fleet.replicator.unreadable(1, fleet.now);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, in_use}));
}

TEST_F(OneWaySnapshot, NothingIsKnownOfAServerThatCannotBeReadEvenIfAWriteIsUnderWay) {
  everywhere(idle);
  fleet.origin(0, key, in_use);
  reconnect(1);
  fleet.replicator.unreadable(1, fleet.now);
  fleet.origin(0, key, idle);
  fleet.taken();
  fleet.done(1, key, Outcome::error);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, idle}));
}

TEST_F(OneWaySnapshot, AServerThatWasReadAndCannotBeReadAgainIsNotWrittenAgain) {
  everywhere(in_use);
  ask(1);
  fleet.replicator.unreadable(1, fleet.now);
  EXPECT_EQ(fleet.cell(1).observed, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, AServerThatIsDownIsNotWrittenBecauseItCannotBeRead) {
  everywhere(in_use);
  fleet.down(1);
  fleet.replicator.unreadable(1, fleet.now);
  fleet.origin(0, key, idle);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{2, key, idle}));
}

TEST_F(OneWaySnapshot, AnOrphanIsClearedWhereItIsHeld) {
  read(1, {{key, in_use, Kind::held}});
  read(2, {});
  for (const Place target : {1U, 2U}) fleet.replicator.clear_orphan(target, key, fleet.now);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, neutral}));
}

TEST_F(OneWaySnapshot, AnOrphanThatHoldsNothingIsNotWritten) {
  read(1, {{key, neutral, Kind::held}});
  fleet.replicator.clear_orphan(1, key, fleet.now);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OneWaySnapshot, ANameThatSomebodyContributesToIsNoOrphan) {
  read(1, {{key, in_use, Kind::held}});
  everywhere(in_use);
  fleet.replicator.clear_orphan(1, key, fleet.now);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(fleet.cell(1).desired, in_use);
}

}  // namespace
}  // namespace amibroker::replication
