// SPDX-License-Identifier: Apache-2.0
//
// Rule 3 of docs/replication.md: an echo is no news, and news is never lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr ValueId away = 1;
constexpr ValueId dnd = 2;
constexpr ValueId chat = 3;

class Symmetric : public ::testing::Test {
 protected:
  Symmetric() { fleet.add_keys(Sharing::symmetric, 1); }
  [[nodiscard]] const Cell& cell(ServerId server) const { return fleet.replicator.cell(server, 0); }

  Fleet fleet{3, Limits{.echo_wait = milliseconds(5000)}};
};

TEST_F(Symmetric, AChangeIsWrittenToTheOthers) {
  EXPECT_EQ(fleet.event(0, 0, away), News::change);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, 0, away}, Write{2, 0, away}));
}

TEST_F(Symmetric, EchoesBeforeOrAfterTheReplyLeadToNoWrite) {
  fleet.event(0, 0, away);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, away), News::echo);
  fleet.done(1, 0);
  fleet.done(2, 0);
  EXPECT_EQ(fleet.event(2, 0, away), News::echo);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Symmetric, TheSameEventAgainIsARepeat) {
  fleet.event(0, 0, away);
  fleet.done(1, 0);
  fleet.event(1, 0, away);
  fleet.taken();
  EXPECT_EQ(fleet.event(0, 0, away), News::repeat);
  EXPECT_EQ(fleet.event(1, 0, away), News::repeat);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Symmetric, AChangeBackToTheEarlierValueRightAfterItsEchoIsNews) {
  fleet.event(0, 0, away);
  fleet.done(1, 0);
  fleet.event(1, 0, away);
  fleet.event(1, 0, dnd);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, away), News::change);
}

TEST_F(Symmetric, AChangeThatOurWriteOverwroteIsWrittenBackToItsServerToo) {
  fleet.event(0, 0, away);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, dnd), News::change);  // set there just before our `away` arrived and replaced it
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{0, 0, dnd}));
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, dnd}));
  EXPECT_EQ(fleet.event(1, 0, away), News::echo);
  EXPECT_EQ(fleet.event(1, 0, dnd), News::echo);
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Symmetric, ALateEchoOfAnOlderWriteIsNoNews) {
  fleet.event(0, 0, away);
  fleet.done(1, 0);
  fleet.event(0, 0, dnd);
  fleet.done(1, 0);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, away), News::echo);
  EXPECT_EQ(cell(1).observed, dnd);
  EXPECT_EQ(fleet.event(1, 0, dnd), News::echo);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Symmetric, ALostEchoIsSettledByTheNext) {
  fleet.event(0, 0, away);
  fleet.done(1, 0);
  fleet.event(0, 0, dnd);
  fleet.done(1, 0);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, dnd), News::echo);
  fleet.advance(std::chrono::minutes(1));
  EXPECT_EQ(fleet.event(1, 0, chat), News::change);
  EXPECT_EQ(cell(1).observed, chat);
}

TEST_F(Symmetric, AChangeRightAfterOurWriteIsWrittenBackBecauseAsteriskMayHaveStoredOurs) {
  fleet.event(0, 0, away);
  fleet.done(1, 0);
  fleet.done(2, 0);
  EXPECT_EQ(fleet.event(1, 0, away), News::echo);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, dnd), News::change);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, 0, dnd}, Write{1, 0, dnd}, Write{2, 0, dnd}));
}

/// `away` is everywhere, on server 1 by our write. After a while, server 1 says `dnd`. What is written.
std::vector<Write> writes_after_a_change(const Limits& limits, milliseconds since_our_write) {
  Fleet fleet(2, limits);
  fleet.add_keys(Sharing::symmetric, 1);
  fleet.event(0, 0, away);
  fleet.done(1, 0);
  fleet.event(1, 0, away);
  fleet.taken();
  fleet.advance(since_our_write);
  fleet.event(1, 0, dnd);
  return fleet.taken();
}

TEST(ConfirmingWrite, IsMadeWithinConfirmWithinOfOurWriteAndNotAfterIt) {
  const Limits limits{.confirm_within = std::chrono::seconds(3)};
  EXPECT_THAT(writes_after_a_change(limits, milliseconds(2999)),
              UnorderedElementsAre(Write{0, 0, dnd}, Write{1, 0, dnd}));
  EXPECT_THAT(writes_after_a_change(limits, milliseconds(3000)), ElementsAre(Write{0, 0, dnd}));
  EXPECT_THAT(writes_after_a_change(limits, std::chrono::minutes(1)), ElementsAre(Write{0, 0, dnd}));
}

TEST(ConfirmingWrite, IsNeverMadeIfConfirmWithinIsZero) {
  const Limits limits{.confirm_within = std::chrono::seconds(0)};
  EXPECT_THAT(writes_after_a_change(limits, milliseconds(0)), ElementsAre(Write{0, 0, dnd}));
}

TEST_F(Symmetric, AfterALostEchoAChangeThereSpreadsAndIsWrittenBackOnce) {
  fleet.event(0, 0, away);
  fleet.done(1, 0);
  fleet.done(2, 0);
  fleet.event(2, 0, away);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, dnd), News::change);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{0, 0, dnd}, Write{1, 0, dnd}, Write{2, 0, dnd}));
  fleet.done(1, 0);
  EXPECT_EQ(fleet.event(1, 0, dnd), News::echo);
  EXPECT_EQ(cell(1).echoes, EchoLists::none);
}

TEST_F(Symmetric, AChangeAfterTheEchoWinsOverTheReplyThatComesLast) {
  fleet.event(0, 0, away);
  fleet.event(1, 0, away);
  fleet.event(1, 0, dnd);
  fleet.taken();
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, dnd})) << "to be sure of what is stored";
  fleet.done(1, 0);
  EXPECT_EQ(cell(1).observed, dnd);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Symmetric, AnEchoMakesAnUnknownOutcomeKnown) {
  fleet.event(0, 0, away);
  fleet.done(1, 0, Outcome::unknown);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, away), News::echo);
  fleet.advance(std::chrono::hours(1));
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Symmetric, AnUnknownOutcomeAfterTheEchoIsNoFailure) {
  fleet.event(0, 0, away);
  fleet.event(1, 0, away);
  fleet.taken();
  fleet.done(1, 0, Outcome::unknown);
  fleet.advance(std::chrono::hours(1));
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(cell(1).observed, away);
}

TEST_F(Symmetric, AWriteThatRanTwiceAfterAnUnknownOutcomeHasTwoEchoes) {
  fleet.event(0, 0, away);
  fleet.done(1, 0, Outcome::unknown);
  fleet.advance(milliseconds(100));
  fleet.done(1, 0);
  EXPECT_EQ(fleet.event(1, 0, away), News::echo);
  fleet.event(0, 0, dnd);
  fleet.taken();
  EXPECT_EQ(fleet.event(1, 0, away), News::echo);
  EXPECT_EQ(cell(0).desired, dnd);
}

TEST_F(Symmetric, AWriteThatWasRefusedOrNotSentHasNoEcho) {
  for (const Outcome outcome : {Outcome::error, Outcome::refused, Outcome::not_sent}) {
    Fleet other(2);
    other.add_keys(Sharing::symmetric, 1);
    other.event(0, 0, away);
    other.done(1, 0, outcome);
    EXPECT_EQ(other.replicator.cell(1, 0).echoes, EchoLists::none) << to_string(outcome);
  }
}

TEST_F(Symmetric, AnEchoOfAWriteBeforeTheConnectionWasLostIsNoNews) {
  fleet.event(0, 0, away);
  fleet.done(1, 0, Outcome::unknown);
  fleet.down(1);
  fleet.event(0, 0, dnd);
  EXPECT_EQ(fleet.event(1, 0, away), News::echo);
  EXPECT_EQ(cell(0).desired, dnd);
}

TEST_F(Symmetric, WhatAServerThatIsNotReadYetSaysIsLeftToItsList) {
  fleet.event(1, 0, away);
  fleet.taken();
  fleet.down(1);
  EXPECT_EQ(fleet.event(1, 0, dnd), News::unread);
  fleet.replicator.server_up(1, fleet.now);
  EXPECT_EQ(fleet.event(1, 0, dnd), News::unread);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(cell(1).desired, away);
}

class FullEchoList : public Symmetric {
 protected:
  FullEchoList() {
    fleet.down(2);
    for (std::size_t i = 0; i < EchoLists::capacity; ++i) {
      fleet.event(0, 0, i % 2 == 0 ? away : dnd);
      fleet.done(1, 0);
    }
    fleet.event(0, 0, chat);
  }
};

TEST_F(FullEchoList, TheNextWriteWaitsAndGoesOutAfterAnEcho) {
  EXPECT_EQ(cell(1).in_flight, no_value);
  fleet.taken();
  fleet.event(1, 0, away);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, chat}));
}

TEST_F(FullEchoList, TheTimeOfAnEarlierFailureIsTooSoonToTakeAnEchoForLost) {
  Fleet other(2);
  other.add_keys(Sharing::symmetric, 1);
  other.event(0, 0, away);
  other.done(1, 0, Outcome::unknown);  // written again in 100 ms, or with the next change
  for (std::size_t i = 1; i < EchoLists::capacity; ++i) {
    other.event(0, 0, i % 2 == 0 ? away : dnd);
    other.done(1, 0);
  }
  other.event(0, 0, chat);
  other.taken();
  other.advance(milliseconds(100));
  other.advance(milliseconds(4999));
  EXPECT_THAT(other.taken(), IsEmpty());
  other.advance(milliseconds(1));
  EXPECT_THAT(other.taken(), ElementsAre(Write{1, 0, chat}));
}

TEST_F(FullEchoList, TheOldestEchoIsTakenForLostAfterAWhile) {
  fleet.taken();
  fleet.advance(milliseconds(4999));
  EXPECT_THAT(fleet.taken(), IsEmpty());
  fleet.advance(milliseconds(1));
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, chat}));
  fleet.done(1, 0);
  EXPECT_EQ(fleet.event(1, 0, chat), News::echo);
  EXPECT_EQ(cell(1).echoes, EchoLists::none);
}

}  // namespace
}  // namespace amibroker::replication
