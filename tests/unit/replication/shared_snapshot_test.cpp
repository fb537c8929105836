// SPDX-License-Identifier: Apache-2.0
//
// Rule 6 of docs/replication.md: what a snapshot of a server changes of custom devices and presentities.
#include <gmock/gmock.h>

#include "tests/unit/replication/snapshot_fixture.hpp"

namespace amibroker::replication {
namespace {

using Kind = Listed::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr ValueId away = 1;
constexpr ValueId dnd = 2;
constexpr ValueId chat = 3;
constexpr ValueId neutral = Fleet::neutral;

class SymmetricSnapshot : public Snapshot {
 protected:
  SymmetricSnapshot() : Snapshot(Sharing::symmetric) {}
  /// Changed on server 0; all echoes come.
  void everywhere(ValueId value) {
    fleet.event(0, key, value);
    for (const Write& write : fleet.taken()) {
      fleet.done(write.target, key);
      fleet.event(write.target, key, value);
    }
  }
};

TEST_F(SymmetricSnapshot, WhatOnlyThatServerKnowsSpreads) {
  read(1, {{key, away, Kind::held}});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, key, away}, Write{2, key, away}));
}

TEST_F(SymmetricSnapshot, WhatTheServerHoldsAsItShouldLeadsToNoWrite) {
  everywhere(away);
  reconnect(1);
  read(1, {{key, away, Kind::held}});
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(SymmetricSnapshot, AChangeWhoseEventWasLostSpreads) {
  everywhere(away);
  read(1, {{key, dnd, Kind::held}});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, key, dnd}, Write{2, key, dnd}));
}

TEST_F(SymmetricSnapshot, AChangeWhileTheServerWasOutOfReachSpreadsEvenOverALaterOne) {
  everywhere(away);
  fleet.down(1);
  fleet.event(0, key, chat);
  answer_all();
  fleet.replicator.server_up(1, fleet.now);
  read(1, {{key, dnd, Kind::held}});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, key, dnd}, Write{2, key, dnd}));
}

TEST_F(SymmetricSnapshot, ANameThatWasMadeWhileTheServerWasOutOfReachSpreads) {
  read(1, {});
  reconnect(1);
  read(1, {{key, away, Kind::held}});
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, key, away}, Write{2, key, away}));
}

TEST_F(SymmetricSnapshot, WhatTheServerHeldBeforeIsNoNews) {
  everywhere(away);
  fleet.down(1);
  everywhere(dnd);
  fleet.replicator.server_up(1, fleet.now);
  read(1, {{key, away, Kind::held}});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, dnd}));
}

TEST_F(SymmetricSnapshot, TheFleetsValueCountsIfItIsUnknownWhatTheServerHeld) {
  fleet.down(1);
  everywhere(dnd);
  fleet.replicator.server_up(1, fleet.now);
  read(1, {{key, away, Kind::held}});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, dnd}));
}

TEST_F(SymmetricSnapshot, AWriteThatRanWithoutAnAnswerIsNoNewsInTheList) {
  everywhere(away);
  fleet.event(0, key, dnd);
  fleet.taken();
  fleet.done(1, key);  // its echo is lost with the connection
  fleet.down(1);
  fleet.event(0, key, away);
  fleet.taken();
  fleet.replicator.server_up(1, fleet.now);
  fleet.event(0, key, chat);
  fleet.taken();
  read(1, {{key, dnd, Kind::held}});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, chat}));
}

TEST_F(SymmetricSnapshot, AnOutstandingWriteInTheListIsNoNewsEvenIfTheServerHeldSomethingElse) {
  everywhere(away);
  fleet.event(0, key, dnd);
  fleet.done(1, key);
  fleet.event(0, key, chat);
  fleet.done(1, key);
  fleet.taken();
  reconnect(1);
  read(1, {{key, dnd, Kind::held}});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, chat}));
}

TEST_F(SymmetricSnapshot, AQuietItemIsCorrectedWithoutBeingSpread) {
  everywhere(away);
  read(1, {{key, dnd, Kind::held_not_shared}});
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, key, away}));
}

TEST_F(SymmetricSnapshot, AnEventSinceTheListWasAskedForWinsOverIt) {
  everywhere(away);
  fleet.advance(std::chrono::minutes(1));
  ask(1);
  EXPECT_EQ(fleet.event(1, key, dnd), News::change);
  answer_all();
  EXPECT_FALSE(list(1, {{key, away, Kind::held}}));
  EXPECT_EQ(fleet.cell(1).observed, dnd);
  EXPECT_EQ(fleet.cell(1).desired, dnd);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(SymmetricSnapshot, AnEventThatWasPassedOverBecauseTheServerWasNotReadIsLeftToAnotherSnapshot) {
  everywhere(away);
  reconnect(1);
  ask(1);
  EXPECT_EQ(fleet.event(1, key, dnd), News::unread);
  EXPECT_TRUE(list(1, {{key, away, Kind::held}})) << "the list may be older than the event";
  EXPECT_THAT(fleet.taken(), IsEmpty());
  ask(1);
  EXPECT_FALSE(list(1, {{key, dnd, Kind::held}}));
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, key, dnd}, Write{2, key, dnd}));
}

TEST_F(SymmetricSnapshot, AnEventThatWasPassedOverBeforeTheListWasAskedForIsInIt) {
  everywhere(away);
  reconnect(1);
  EXPECT_EQ(fleet.event(1, key, dnd), News::unread);
  ask(1);
  EXPECT_FALSE(list(1, {{key, dnd, Kind::held}}));
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, key, dnd}, Write{2, key, dnd}));
}

TEST_F(SymmetricSnapshot, AListOfAServerThatIsWrittenToSettlesEchoesThatDidNotCome) {
  fleet.event(0, key, away);
  answer_all();
  ASSERT_NE(fleet.cell(1).echoes, EchoLists::none);
  read(1, {{key, away, Kind::held}});
  EXPECT_EQ(fleet.cell(1).echoes, EchoLists::none);
  fleet.event(0, key, dnd);
  answer_all();
  EXPECT_EQ(fleet.event(1, key, away), News::change) << "not the echo that was lost";
}

TEST_F(SymmetricSnapshot, AListLeavesEchoesOfAWriteUnderWayAndOfOneThatEndedSinceItWasAskedFor) {
  fleet.event(0, key, away);
  read(1, {});
  EXPECT_NE(fleet.cell(1).echoes, EchoLists::none) << "under way";
  ask(1);
  fleet.done(1, key);
  list(1, {});
  EXPECT_NE(fleet.cell(1).echoes, EchoLists::none) << "ended since then";
  read(1, {{key, away, Kind::held}});
  EXPECT_EQ(fleet.cell(1).echoes, EchoLists::none);
}

TEST_F(SymmetricSnapshot, TheFirstListOfAConnectionLeavesEchoesOfTheOneBefore) {
  fleet.event(0, key, away);
  answer_all();
  reconnect(1);
  read(1, {{key, away, Kind::held}});
  EXPECT_NE(fleet.cell(1).echoes, EchoLists::none);
  read(1, {{key, away, Kind::held}});
  EXPECT_EQ(fleet.cell(1).echoes, EchoLists::none);
}

TEST_F(SymmetricSnapshot, AServerThatWasReadDoesNotHaveANameThatComesUpLater) {
  read(1, {});
  fleet.add_keys(Sharing::symmetric, 1);
  constexpr KeyId later = 2;
  fleet.event(0, later, neutral);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{2, later, neutral})) << "of server 2 nothing is known";
}

TEST_F(SymmetricSnapshot, WhatAServerHoldsUnderASharedNameIsNoOrphan) {
  read(1, {{key, away, Kind::held_not_shared}});
  fleet.replicator.clear_orphan(1, key, fleet.now);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

}  // namespace
}  // namespace amibroker::replication
