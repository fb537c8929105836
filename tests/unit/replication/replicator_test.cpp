// SPDX-License-Identifier: Apache-2.0
//
// Rules 1, 2, 4 and 5 of docs/replication.md.
#include "plugins/replication/replicator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr ValueId idle = 1;
constexpr ValueId ringing = 2;
constexpr ValueId in_use = 3;

class Replication : public ::testing::Test {
 protected:
  Replication() { fleet.add_keys(Sharing::one_way, 5); }
  Fleet fleet{3, Limits{.window = 2}};
};

TEST_F(Replication, AChangeIsWrittenToAllServersButItsOrigin) {
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, 0, in_use}, Write{2, 0, in_use}));
}

TEST_F(Replication, AValueThatTheServerIsKnownToHoldIsNotWrittenAgain) {
  fleet.origin(0, 0, in_use);
  fleet.done(1, 0);
  fleet.done(2, 0);
  fleet.taken();
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Replication, AValueThatIsBeingWrittenIsNotWrittenTwice) {
  fleet.origin(0, 0, in_use);
  fleet.taken();
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Replication, ANewerValueWaitsForTheOneInFlight) {
  fleet.origin(0, 0, ringing);
  fleet.taken();
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
}

TEST_F(Replication, OfSeveralWaitingValuesOnlyTheLatestIsWritten) {
  fleet.origin(0, 0, ringing);
  fleet.origin(0, 0, in_use);
  fleet.origin(0, 0, idle);
  fleet.taken();
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, idle}));
}

TEST_F(Replication, AValueThatCameBackToTheOneInFlightNeedsNoSecondWrite) {
  fleet.origin(0, 0, ringing);
  fleet.origin(0, 0, in_use);
  fleet.origin(0, 0, ringing);
  fleet.taken();
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Replication, AValueThatCameBackToTheOldOneDuringAWriteIsWrittenAfterIt) {
  fleet.origin(0, 0, idle);
  fleet.done(1, 0);
  fleet.origin(0, 0, in_use);
  fleet.origin(0, 0, idle);
  fleet.taken();
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, idle}));
}

TEST_F(Replication, TheSameDeviceOnTwoServersShowsEachOtherAndTheLastOneOnTheThird) {
  fleet.origin(0, 0, in_use);
  fleet.origin(1, 0, idle);
  fleet.done(1, 0);
  fleet.done(2, 0);
  fleet.done(0, 0);
  fleet.done(2, 0);
  EXPECT_EQ(fleet.replicator.cell(0, 0).observed, idle);
  EXPECT_EQ(fleet.replicator.cell(1, 0).observed, in_use);
  EXPECT_EQ(fleet.replicator.cell(2, 0).observed, idle);
}

TEST_F(Replication, BeyondTheWindowKeysWaitInOrder) {
  for (KeyId key = 0; key < 4; ++key) fleet.origin(0, key, in_use);
  EXPECT_EQ(fleet.replicator.target(1).in_flight(), 2U);
  EXPECT_THAT(fleet.taken(), SizeIs(4));  // two on each of two servers
  fleet.done(1, 1);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 2, in_use}));
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 3, in_use}));
  fleet.done(1, 2);
  fleet.done(1, 3);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(fleet.replicator.target(1).in_flight(), 0U);
}

TEST_F(Replication, AKeyThatWaitsForAPlaceIsWrittenOnceWithItsLatestValue) {
  for (KeyId key = 0; key < 3; ++key) fleet.origin(0, key, ringing);
  fleet.origin(0, 2, in_use);
  fleet.origin(0, 2, idle);
  fleet.taken();
  fleet.done(1, 0);
  fleet.done(1, 1);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 2, idle}));
}

TEST_F(Replication, AKeyWithNewsGoesAfterThoseThatWaitAlready) {
  for (KeyId key = 0; key < 3; ++key) fleet.origin(0, key, ringing);
  fleet.origin(0, 0, in_use);
  fleet.taken();
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 2, ringing}));
  fleet.done(1, 1);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
}

TEST_F(Replication, NewsForAKeyThatWaitsLosesNoneOfThoseAfterIt) {
  for (KeyId key = 0; key < 4; ++key) fleet.origin(0, key, ringing);
  fleet.origin(0, 2, in_use);
  fleet.origin(0, 4, ringing);
  fleet.taken();
  for (KeyId key = 0; key < 5; ++key) fleet.done(1, key);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 2, in_use}, Write{1, 3, ringing}, Write{1, 4, ringing}));
}

TEST_F(Replication, AKeyThatWaitsAndNeedsNoWriteAnyMoreIsPassedOver) {
  fleet.origin(0, 2, ringing);
  fleet.done(1, 2);
  for (KeyId key = 0; key < 3; ++key) fleet.origin(0, key, in_use);
  fleet.origin(0, 2, ringing);
  fleet.taken();
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Replication, AServerThatDoesNotAnswerDelaysNoOther) {
  for (KeyId key = 0; key < 4; ++key) {
    fleet.origin(0, key, in_use);
    fleet.done(2, key);
  }
  for (KeyId key = 0; key < 4; ++key) EXPECT_EQ(fleet.replicator.cell(2, key).observed, in_use);
  EXPECT_EQ(fleet.replicator.target(1).in_flight(), 2U);
}

TEST_F(Replication, AServerThatIsDownIsWrittenNothing) {
  fleet.down(1);
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{2, 0, in_use}));
}

TEST_F(Replication, AServerThatComesUpIsWrittenTheLatestOfEverything) {
  fleet.origin(0, 0, in_use);
  fleet.done(1, 0);
  fleet.down(1);
  fleet.origin(0, 1, ringing);
  fleet.origin(0, 1, in_use);
  fleet.taken();
  fleet.up(1);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}, Write{1, 1, in_use}));
}

TEST_F(Replication, TheDumpForAServerThatComesUpKeepsToTheWindow) {
  for (KeyId key = 0; key < 4; ++key) fleet.origin(0, key, in_use);
  fleet.down(1);
  for (KeyId key = 0; key < 2; ++key) fleet.done(1, key, Outcome::unknown);
  fleet.taken();
  fleet.up(1);
  EXPECT_THAT(fleet.taken(), SizeIs(2));
  for (KeyId key = 0; key < 4; ++key) fleet.done(1, key);
  EXPECT_THAT(fleet.taken(), SizeIs(2));
  for (KeyId key = 0; key < 4; ++key) EXPECT_EQ(fleet.replicator.cell(1, key).observed, in_use);
}

TEST_F(Replication, ALiveChangeGoesBeforeTheDumpForAServerThatComesUp) {
  for (KeyId key = 0; key < 4; ++key) fleet.origin(0, key, in_use);
  fleet.down(1);
  for (KeyId key = 0; key < 2; ++key) fleet.done(1, key, Outcome::unknown);
  fleet.up(1);
  fleet.origin(0, 4, ringing);
  fleet.taken();
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 4, ringing}));
  fleet.done(1, 1);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 2, in_use}));
}

TEST_F(Replication, WhatAServerSaidIsWithdrawnWhenItIsLost) {
  fleet.origin(0, 0, in_use);
  fleet.origin(0, 1, in_use);
  fleet.origin(2, 1, ringing);
  for (const ServerId target : {1, 2}) fleet.done(target, 0);
  for (const ServerId target : {1, 2, 1, 0}) fleet.done(target, 1);
  fleet.taken();
  fleet.down(0);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  fleet.replicator.server_lost(0, fleet.now);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, 0, Fleet::neutral}, Write{2, 0, Fleet::neutral},
                                                  Write{2, 1, Fleet::neutral}))
      << "of key 1, server 1 goes on to show what server 2 says";
}

TEST_F(Replication, WhatIsWithdrawnIsNotWrittenIfItWasNeverShown) {
  fleet.origin(0, 0, no_value);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Replication, AServerThatGoesDownWhileKeysWaitForgetsTheLine) {
  for (KeyId key = 0; key < 4; ++key) fleet.origin(0, key, in_use);
  fleet.taken();
  fleet.down(1);
  fleet.done(1, 0, Outcome::unknown);
  fleet.done(1, 1, Outcome::unknown);
  fleet.advance(std::chrono::minutes(1));
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Replication, AnAnswerToNoWriteIsIgnored) {
  fleet.done(1, 0);
  EXPECT_EQ(fleet.replicator.target(1).in_flight(), 0U);
  fleet.origin(0, 0, in_use);
  EXPECT_EQ(fleet.replicator.target(1).in_flight(), 1U);
}

/// Nothing is written before `open`.
class ClosedReplication : public ::testing::Test, private Writer {
 protected:
  ClosedReplication() {
    replicator.add_key(Sharing::one_way);
    for (ServerId server = 0; server < 2; ++server) {
      replicator.server_up(server, now);
      replicator.unreadable(server, now);
    }
  }
  void write(ServerId target, KeyId key, ValueId value) noexcept override { writes.push_back({target, key, value}); }

  TimePoint now{std::chrono::hours(1)};
  std::vector<Write> writes;
  Neighbours neighbours{servers_of_one_zone(2)};
  NewestWins newest{neighbours};
  Replicator replicator{neighbours, newest, Fleet::neutral, 2, *this};
};

TEST_F(ClosedReplication, WritesNothingUntilItIsOpenedAndThenTheLatest) {
  replicator.changed_at_origin(0, 0, ringing, now);
  replicator.changed_at_origin(0, 0, in_use, now);
  EXPECT_THAT(writes, IsEmpty());
  replicator.open(now);
  EXPECT_THAT(writes, ElementsAre(Write{1, 0, in_use}));
  replicator.open(now);
  EXPECT_THAT(writes, SizeIs(1));
}

TEST(ReplicationInZones, AChangeIsWrittenToNeighboursOnly) {
  constexpr std::string_view north = "north";
  constexpr std::string_view south = "south";
  Fleet fleet({{0, {}, {}, {&north, 1}}, {1, {}, {}, {&north, 1}}, {2, {}, {}, {&south, 1}}});
  fleet.add_keys(Sharing::one_way, 1);
  fleet.add_keys(Sharing::symmetric, 1);
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
  EXPECT_EQ(fleet.event(1, 1, in_use), News::change);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{0, 1, in_use}));
  EXPECT_EQ(fleet.event(2, 1, ringing), News::change) << "another zone has its own";
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(fleet.cell(0, 1).desired, in_use);
}

TEST(ReplicationTables, ManyKeysKeepTheirCells) {
  Fleet fleet(2);
  fleet.add_keys(Sharing::one_way, 1000);
  for (KeyId key = 0; key < 1000; ++key) fleet.origin(0, key, key + 1);
  for (KeyId key = 0; key < 1000; ++key) EXPECT_EQ(fleet.replicator.cell(1, key).desired, key + 1);
}

}  // namespace
}  // namespace amibroker::replication
