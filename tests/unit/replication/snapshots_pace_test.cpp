// SPDX-License-Identifier: Apache-2.0
//
// How often a server is read that gives a reason again and again.
#include "plugins/replication/reading_pace.hpp"
#include "tests/unit/replication/snapshot_taking.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class SnapshotPace : public SnapshotTaking {
 protected:
  SnapshotPace() { complete(); }
  /// A reason every 10 ms for this time; each list is answered at once. The number of lists.
  int storm(milliseconds time) {
    int lists = 0;
    for (milliseconds passed{0}; passed < time; passed += milliseconds(10)) {
      snapshots->soon(0, "FullyBooted");
      lists += answer();
      host.clock.advance(milliseconds(10));
      lists += answer();
    }
    return lists;
  }
  int answer() {
    if (host.requests.empty()) return 0;
    complete();
    return 1;
  }
};

TEST_F(SnapshotPace, AReasonRightAfterASnapshotWaitsUntilASecondIsOver) {
  snapshots->soon(0, "FullyBooted");
  snapshots->soon(0, "LoadZmq");
  host.clock.advance(milliseconds(999));
  EXPECT_TRUE(host.requests.empty());
  host.clock.advance(milliseconds(1));
  EXPECT_EQ(host.requests.size(), 2U);
  complete();
  host.clock.advance(minutes(1));
  EXPECT_TRUE(host.requests.empty()) << "once for both";
}

TEST_F(SnapshotPace, AReasonAfterAQuietSecondIsServedAtOnce) {
  host.clock.advance(seconds(1));
  snapshots->soon(0, "FullyBooted");
  EXPECT_EQ(host.requests.size(), 2U);
}

TEST_F(SnapshotPace, AReasonWhileTheServerIsReadWaitsForASecondAfterwards) {
  host.clock.advance(seconds(1));
  snapshots->soon(0, "FullyBooted");
  snapshots->soon(0, "FullyBooted");
  complete();
  EXPECT_TRUE(host.requests.empty());
  host.clock.advance(seconds(1));
  EXPECT_EQ(host.requests.size(), 2U);
}

TEST_F(SnapshotPace, ReasonsWithoutEndLeadToOneListASecondAndThenToFewer) {
  EXPECT_LE(storm(seconds(6)), 6);
  storm(minutes(2));
  EXPECT_LE(storm(minutes(5)), 300 / 32 + 1);
  EXPECT_GE(storm(minutes(5)), 300 / 32 - 1) << "but it is not forgotten";
}

TEST_F(SnapshotPace, ReasonsWithoutEndHaveOneLineThatNamesTheServerAndTheReason) {
  storm(seconds(4));
  EXPECT_EQ(host.logged(Level::warning), 0U) << "a restart gives as many";
  storm(minutes(10));
  EXPECT_EQ(host.logged(Level::warning), 1U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1)"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "FullyBooted"), 1U);
}

TEST_F(SnapshotPace, OnceItIsCalmAReasonIsServedAtOnceAndTheNextAfterASecond) {
  storm(minutes(10));
  host.clock.advance(minutes(2));
  answer();
  host.clock.advance(minutes(2));
  ASSERT_TRUE(host.requests.empty());
  snapshots->soon(0, "FullyBooted");
  EXPECT_EQ(answer(), 1);
  snapshots->soon(0, "FullyBooted");
  host.clock.advance(seconds(1));
  EXPECT_EQ(answer(), 1);
}

TEST_F(SnapshotPace, AServerThatComesUpIsReadAtOnceHoweverManyReasonsItGave) {
  storm(minutes(10));
  down(0);
  up(0);
  EXPECT_EQ(host.requests.size(), 2U);
}

TEST_F(SnapshotPace, AReasonThatWaitsEndsWithTheConnection) {
  snapshots->soon(0, "FullyBooted");
  down(0);
  host.clock.advance(minutes(1));
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.clock.timers(), 0U);
}

TEST_F(SnapshotPace, RegularSnapshotsAreNoReasonsAndAreNotHeldBack) {
  snapshots = std::make_unique<Snapshots>(host, reader, config(seconds(1)));
  host.set_up(1);
  host.set_up(2);
  int lists = 0;
  for (int i = 0; i < 600; ++i) {
    host.clock.advance(milliseconds(100));
    lists += answer();
  }
  EXPECT_GE(lists, 175) << "three servers, once a second each";
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

}  // namespace
}  // namespace amibroker::replication
