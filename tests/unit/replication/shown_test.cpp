// SPDX-License-Identifier: Apache-2.0
//
// Rule 10 of docs/replication.md: what a target says of a name that the broker writes there is believed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ValueId busy = 1;
constexpr ValueId idle = 2;
constexpr ValueId ringing = 3;

/// Server 0 has the device, server 1 shows it.
class Shown : public ::testing::Test {
 protected:
  Shown() { fleet.add_keys(Sharing::one_way, 1); }
  bool shown(ValueId value) { return fleet.replicator.shown_on(1, 0, value, fleet.now); }
  void agree_on(ValueId value) {
    fleet.origin(0, 0, value);
    fleet.done(1, 0);
    EXPECT_FALSE(shown(value));
    fleet.taken();
  }
  /// The write of `ringing` has no answer when the connection is lost; on the next one `idle` is written.
  void lose_a_write_of_ringing_and_write_idle() {
    agree_on(busy);
    fleet.origin(0, 0, ringing);
    fleet.down(1);
    fleet.done(1, 0, Outcome::unknown);
    fleet.origin(0, 0, idle);
    fleet.up(1);
    fleet.done(1, 0);
    fleet.taken();
  }

  Fleet fleet{2};
};

TEST_F(Shown, TheEchoOfAWriteIsNoReasonToWrite) {
  fleet.origin(0, 0, busy);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, busy}));
  EXPECT_FALSE(shown(busy));
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(fleet.cell(1).observed, busy);
}

TEST_F(Shown, EchoesThatComeAfterLaterAnswersAreNoReasonToWrite) {
  fleet.origin(0, 0, busy);
  fleet.done(1, 0);
  fleet.origin(0, 0, idle);
  fleet.done(1, 0);
  fleet.taken();
  EXPECT_FALSE(shown(busy));
  EXPECT_FALSE(shown(idle));
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_EQ(fleet.cell(1).observed, idle);
}

TEST_F(Shown, WhatSomebodyElseWroteIsWrittenAgain) {
  agree_on(busy);
  EXPECT_TRUE(shown(ringing));
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, busy}));
  fleet.done(1, 0);
  EXPECT_FALSE(shown(busy));
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Shown, ANameThatIsGoneIsWrittenAgain) {
  agree_on(busy);
  EXPECT_TRUE(shown(absent));
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, busy}));
}

TEST_F(Shown, AForeignWriteThatMeetsOursLeavesDoubtSoOursIsRepeatedOnce) {
  agree_on(busy);
  fleet.origin(0, 0, idle);
  fleet.taken();
  EXPECT_TRUE(shown(ringing)) << "before ours or after it, nobody knows";
  EXPECT_THAT(fleet.taken(), IsEmpty()) << "one write at a time";
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, idle}));
  EXPECT_FALSE(shown(idle));
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Shown, ACommandOfALostConnectionThatRunsLateIsUndone) {
  lose_a_write_of_ringing_and_write_idle();
  EXPECT_FALSE(shown(idle)) << "ours of this connection";
  EXPECT_TRUE(shown(ringing)) << "the late one";
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, idle}));
}

TEST_F(Shown, ALateCommandThatRunsBeforeOursNeedsNothing) {
  lose_a_write_of_ringing_and_write_idle();
  EXPECT_FALSE(shown(ringing));
  EXPECT_FALSE(shown(idle));
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Shown, WhatAServerSaysWhileItIsReadWinsOverItsList) {
  agree_on(busy);
  fleet.replicator.list_asked(1);
  EXPECT_TRUE(shown(ringing));
  fleet.done(1, 0, Outcome::not_sent);
  const Listed list[] = {{.key = 0, .value = busy, .kind = Listed::Kind::held}};
  EXPECT_FALSE(fleet.replicator.read(1, list, fleet.now));
  EXPECT_EQ(fleet.cell(1).observed, ringing);
}

TEST_F(Shown, ADeviceThatChangesFasterThanItsEventsComeIsNotCorrectedForThem) {
  constexpr ValueId changes = EchoLists::capacity + 3;
  for (ValueId value = 1; value <= changes; ++value) {
    fleet.origin(0, 0, value);
    fleet.done(1, 0);
  }
  fleet.taken();
  for (ValueId value = 1; value <= changes; ++value) EXPECT_FALSE(shown(value));
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_TRUE(shown(busy)) << "all echoes are there, so this is another's";
}

TEST_F(Shown, SharedNamesAreNotJudgedByIt) {
  fleet.add_keys(Sharing::symmetric, 1);
  EXPECT_FALSE(fleet.replicator.shown_on(1, 1, busy, fleet.now));
  EXPECT_EQ(fleet.cell(1, 1).observed, no_value);
}

}  // namespace
}  // namespace amibroker::replication
