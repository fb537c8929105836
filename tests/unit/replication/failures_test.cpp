// SPDX-License-Identifier: Apache-2.0
//
// What follows an answer that is not Success.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ValueId ringing = 2;
constexpr ValueId in_use = 3;

class Failures : public ::testing::Test {
 protected:
  Failures() { fleet.add_keys(Sharing::one_way, 3); }

  void start_write(ValueId value) {
    fleet.origin(0, 0, value);
    fleet.taken();
  }

  Fleet fleet{2, Limits{.window = 1, .first_retry = milliseconds(100), .longest_retry = milliseconds(1000)}};
};

TEST_F(Failures, AWriteThatAsteriskRefusesIsNotTriedAgain) {
  start_write(in_use);
  fleet.done(1, 0, Outcome::error);
  fleet.advance(std::chrono::hours(1));
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Failures, AfterARefusalTheNextChangeIsTried) {
  start_write(in_use);
  fleet.done(1, 0, Outcome::error);
  fleet.origin(0, 0, ringing);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, ringing}));
}

TEST_F(Failures, AChangeThatCameDuringAWriteThatIsRefusedIsTried) {
  start_write(in_use);
  fleet.origin(0, 0, ringing);
  fleet.done(1, 0, Outcome::refused);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, ringing}));
}

TEST_F(Failures, ARefusedWriteLeavesWhatTheServerHeld) {
  start_write(ringing);
  fleet.done(1, 0);
  start_write(in_use);
  fleet.done(1, 0, Outcome::error);
  fleet.origin(0, 0, ringing);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Failures, AServerThatComesUpAgainIsTriedAgainWithWhatItRefused) {
  start_write(in_use);
  fleet.done(1, 0, Outcome::error);
  fleet.down(1);
  fleet.up(1);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
}

TEST_F(Failures, AWriteWithUnknownOutcomeIsDoneAgainAfterABackOff) {
  start_write(in_use);
  fleet.done(1, 0, Outcome::unknown);
  fleet.advance(milliseconds(99));
  EXPECT_THAT(fleet.taken(), IsEmpty());
  fleet.advance(milliseconds(1));
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
}

TEST_F(Failures, AWriteWithUnknownOutcomeIsDoneAgainEvenIfTheServerMayHoldItsOldValue) {
  start_write(ringing);
  fleet.done(1, 0);
  start_write(in_use);
  fleet.done(1, 0, Outcome::unknown);
  fleet.origin(0, 0, ringing);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, ringing}));
}

TEST_F(Failures, TheBackOffDoublesUpToItsCapAndStartsOverAfterASuccess) {
  start_write(in_use);
  for (const int expected : {100, 200, 400, 800, 1000, 1000}) {
    fleet.done(1, 0, Outcome::unknown);
    ASSERT_EQ(fleet.replicator.next_due(), fleet.now + milliseconds(expected));
    fleet.advance(milliseconds(expected));
    ASSERT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
  }
  fleet.done(1, 0);
  start_write(ringing);
  fleet.done(1, 0, Outcome::unknown);
  EXPECT_EQ(fleet.replicator.next_due(), fleet.now + milliseconds(100));
}

TEST_F(Failures, TheBackOffStaysAtItsCapHoweverOftenAWriteFails) {
  start_write(in_use);
  for (int i = 0; i < 300; ++i) {
    fleet.done(1, 0, Outcome::unknown);
    ASSERT_TRUE(fleet.replicator.next_due());
    ASSERT_LE(*fleet.replicator.next_due() - fleet.now, milliseconds(1000));
    ASSERT_GE(*fleet.replicator.next_due() - fleet.now, milliseconds(100));
    fleet.advance(milliseconds(1000));
  }
}

TEST_F(Failures, NewsIsWrittenWithoutWaitingForTheBackOff) {
  start_write(in_use);
  fleet.done(1, 0, Outcome::unknown);
  fleet.origin(0, 0, ringing);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, ringing}));
  fleet.done(1, 0);
  fleet.advance(milliseconds(100));
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Failures, ACellIsLookedAtAgainOnceHoweverOftenItFailedMeanwhile) {
  start_write(in_use);
  fleet.done(1, 0, Outcome::unknown);
  start_write(ringing);
  fleet.done(1, 0, Outcome::unknown);
  fleet.advance(milliseconds(100));
  fleet.done(1, 0, Outcome::unknown);
  EXPECT_EQ(fleet.replicator.next_due(), fleet.now + milliseconds(400));
}

TEST_F(Failures, AWriteThatWasNotSentIsDoneAgainAfterABackOff) {
  start_write(in_use);
  fleet.done(1, 0, Outcome::not_sent);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  fleet.advance(milliseconds(100));
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
}

TEST_F(Failures, AWriteThatWasNotSentLeavesWhatTheServerHeld) {
  start_write(ringing);
  fleet.done(1, 0);
  start_write(in_use);
  fleet.done(1, 0, Outcome::not_sent);
  fleet.origin(0, 0, ringing);
  fleet.advance(std::chrono::hours(1));
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(Failures, AFailedWriteGivesItsPlaceInTheWindowToTheNext) {
  fleet.origin(0, 0, in_use);
  fleet.origin(0, 1, in_use);
  fleet.taken();
  fleet.done(1, 0, Outcome::unknown);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 1, in_use}));
}

TEST_F(Failures, AServerThatComesUpDoesNotWaitForTheBackOff) {
  start_write(in_use);
  fleet.done(1, 0, Outcome::unknown);
  fleet.down(1);
  fleet.up(1);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
  fleet.done(1, 0);
  fleet.advance(std::chrono::hours(1));
  EXPECT_THAT(fleet.taken(), IsEmpty());
  EXPECT_FALSE(fleet.replicator.next_due());
}

}  // namespace
}  // namespace amibroker::replication
