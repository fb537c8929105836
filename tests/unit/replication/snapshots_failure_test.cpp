// SPDX-License-Identifier: Apache-2.0
//
// Servers whose states cannot be read.
#include "tests/unit/replication/snapshot_taking.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

TEST_F(SnapshotTaking, FailedAttemptsAreRepeatedAfterTimesThatDoubleUpToAMinute) {
  for (const int expected : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    asked().list.done(Reply{Outcome::unknown, "no answer in time", {}});
    host.clock.advance(seconds(expected) - milliseconds(1));
    ASSERT_TRUE(host.requests.empty()) << expected;
    host.clock.advance(milliseconds(1));
    ASSERT_EQ(host.requests.size(), 2U) << expected;
  }
  complete();
  host.clock.advance(ReadingPace::least_pause);
  snapshots->soon(0, "a reason");
  asked().list.done(Reply{Outcome::not_sent, "", {}});
  host.clock.advance(Snapshots::first_retry);
  EXPECT_EQ(host.requests.size(), 2U) << "a snapshot that was taken begins the back-off anew";
}

TEST_F(SnapshotTaking, AServerThatComesUpStartsTheBackOffOver) {
  for (const int wait : {1, 2, 4}) {
    asked().list.done(Reply{Outcome::unknown, "", {}});
    host.clock.advance(seconds(wait));
  }
  down(0);
  up(0);
  asked().list.done(Reply{Outcome::unknown, "", {}});
  host.clock.advance(Snapshots::first_retry);
  EXPECT_EQ(host.requests.size(), 2U);
}

TEST_F(SnapshotTaking, AReasonDuringTheBackOffBeginsAsSoonAsThePaceAllowsAndOnce) {
  for (const int wait : {1, 2, 4}) {
    refuse();
    host.clock.advance(seconds(wait));
  }
  refuse();  // and the next attempt would be in 8 seconds
  snapshots->soon(0, "a reason");
  EXPECT_TRUE(host.requests.empty());
  host.clock.advance(ReadingPace::least_pause);
  EXPECT_EQ(host.requests.size(), 2U);
  host.clock.advance(Snapshots::longest_retry);
  EXPECT_EQ(host.requests.size(), 2U);
  complete();
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(SnapshotTaking, AServerThatRefusesItsListHasOneWarningThatNamesTheModuleAndIsAskedAgain) {
  refuse();
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked", "0 failed"));
  EXPECT_EQ(host.logged(Level::warning, "One (server-1)"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "TestList: Invalid/unknown command"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "res_test.so"), 1U);
  host.clock.advance(Snapshots::first_retry);
  refuse();
  EXPECT_EQ(host.logged(Level::warning), 1U);
}

TEST_F(SnapshotTaking, AfterASnapshotTheNextFailureIsWarnedOfAgain) {
  refuse();
  host.clock.advance(Snapshots::first_retry);
  complete();
  host.clock.advance(ReadingPace::least_pause);
  snapshots->soon(0, "a reason");
  refuse();
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(SnapshotTaking, AfterANewConnectionTheNextFailureIsWarnedOfAgain) {
  refuse();
  down(0);
  up(0);
  refuse();
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(SnapshotTaking, AnAsteriskThatIsTooOldIsNamedWithItsVersionOnce) {
  host.set_identity(0, "1.8.32.3", "");
  for (int i = 0; i < 5; ++i) {
    refuse();
    down(0);
    up(0);
  }
  EXPECT_EQ(host.logged(Level::warning), 1U);
  EXPECT_EQ(host.logged(Level::warning, "It runs Asterisk 1.8.32.3, and TestList needs Asterisk 13 or newer"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "res_test.so"), 0U) << "no module helps there";
}

TEST_F(SnapshotTaking, WhileTheVersionIsUnknownTheWarningSaysWhichOneIsNeeded) {
  refuse();
  EXPECT_EQ(host.logged(Level::warning, "res_test.so is loaded, which Asterisk 13 or newer has"), 1U);
}

TEST_F(SnapshotTaking, AnAsteriskThatIsNewEnoughIsAskedForTheModule) {
  host.set_identity(0, "22.1.0", "");
  refuse();
  EXPECT_EQ(host.logged(Level::warning, "res_test.so is loaded"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "it runs 22.1.0"), 1U);
}

TEST_F(SnapshotTaking, AReasonWhileItIsBeingReadIsNotForgottenIfTheListIsRefused) {
  snapshots->soon(0, "a reason");
  refuse();
  host.clock.advance(Snapshots::first_retry);
  EXPECT_EQ(host.requests.size(), 2U);
}

}  // namespace
}  // namespace amibroker::replication
