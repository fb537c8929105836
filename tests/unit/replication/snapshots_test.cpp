// SPDX-License-Identifier: Apache-2.0
//
// When the states of a server are read.
#include "tests/unit/replication/snapshot_taking.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::Request;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST_F(SnapshotTaking, AServerThatComesUpIsAskedForItsListAndAfterItForAFence) {
  ASSERT_EQ(host.requests.size(), 2U);
  const Request& list = host.requests[0];
  EXPECT_EQ(list.server, 0U);
  EXPECT_EQ(list.action.name(), "TestList");
  EXPECT_EQ(list.action.size(), 0U);
  EXPECT_EQ(list.timeout, seconds(10));
  const Request& fence = host.requests[1];
  EXPECT_EQ(fence.server, 0U);
  EXPECT_EQ(fence.action.name(), "UserEvent");
  EXPECT_EQ(fence.header("UserEvent"), "zmq-ami-broker");
  EXPECT_THAT(std::string(fence.header("Fence")), StartsWith("p-"));
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked"));
  EXPECT_THAT(host.subscribed, ElementsAre("UserEvent"));
}

TEST_F(SnapshotTaking, TheListAppliesOnceTheFenceIsSeen) {
  const Asked now = asked();
  answer_list(now.list, {{{"Device", "a"}}});
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked", "0 list 3"));
  host.clock.advance(milliseconds(499));
  publish(now.fence);
  EXPECT_THAT(reader.taken(), ElementsAre("0 applies"));
  EXPECT_EQ(host.counted("snapshots"), 1U);
  EXPECT_EQ(host.clock.timers(), 0U);
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(SnapshotTaking, AFenceThatOvertakesTheListWaitsForIt) {
  const Asked now = asked();
  publish(now.fence);
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked"));
  answer_list(now.list, {});
  EXPECT_THAT(reader.taken(), ElementsAre("0 list 2", "0 applies"));
  host.clock.advance(std::chrono::hours(1));
  EXPECT_THAT(reader.taken(), IsEmpty());
  EXPECT_EQ(host.counted("failed_snapshots"), 0U);
}

TEST_F(SnapshotTaking, ReasonsWhileItIsBeingReadLeadToOneMoreSnapshotAfterwards) {
  snapshots->soon(0, "a reason");
  snapshots->soon(0, "another reason");
  EXPECT_EQ(host.requests.size(), 2U);
  complete();
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked", "0 list 2", "0 applies"));
  host.clock.advance(ReadingPace::least_pause);
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked"));
  complete();
  host.clock.advance(std::chrono::minutes(1));
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(SnapshotTaking, AServerThatIsDownIsNotRead) {
  snapshots->soon(1, "a reason");
  EXPECT_EQ(host.requests.size(), 2U);
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked"));
}

TEST_F(SnapshotTaking, AServerThatGoesDownWhileItIsReadIsNeitherReadNorUnreadable) {
  const Asked before = asked();
  host.requests.push_back(before.list);
  down(0);
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked"));
  EXPECT_EQ(host.counted("failed_snapshots"), 0U);
  host.clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(SnapshotTaking, AnswersAndFencesOfAGivenUpAttemptAreTooLate) {
  const Asked before = asked();
  snapshots->server_down(0);
  up(0);
  reader.taken();
  publish(before.fence);
  answer_list(before.list, {});
  before.list.done(Reply{Outcome::unknown, "connection lost", {}});
  EXPECT_THAT(reader.taken(), IsEmpty());
  complete();
  EXPECT_THAT(reader.taken(), ElementsAre("0 list 2", "0 applies"));
}

TEST_F(SnapshotTaking, AReasonBeforeTheConnectionWasLostLeadsToNoSecondSnapshotAfterIt) {
  snapshots->soon(0, "a reason");
  down(0);
  up(0);
  complete();
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(SnapshotTaking, RegularSnapshotsAreSpreadOverTheIntervalOneServerAtATime) {
  complete();
  snapshots = std::make_unique<Snapshots>(host, reader, config(seconds(300)));
  for (ServerId server = 0; server < 3; ++server) {
    up(server);
    complete();
  }
  for (const ServerId server : {0, 1, 2, 0}) {
    host.clock.advance(seconds(100) - milliseconds(1));
    ASSERT_TRUE(host.requests.empty());
    host.clock.advance(milliseconds(1));
    ASSERT_EQ(host.requests.size(), 2U);
    EXPECT_EQ(host.requests[0].server, server);
    complete();
  }
}

TEST_F(SnapshotTaking, ARegularSnapshotPassesOverServersThatAreDown) {
  complete();
  snapshots = std::make_unique<Snapshots>(host, reader, config(seconds(300)));
  host.clock.advance(seconds(300));
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].server, 0U);
}

TEST_F(SnapshotTaking, ItsTimersEndWithIt) {
  snapshots = std::make_unique<Snapshots>(host, reader, config(seconds(300)));
  host.requests.clear();
  snapshots->server_up(0);
  answer_list(asked().list, {});
  EXPECT_EQ(host.clock.timers(), 2U);
  snapshots.reset();
  EXPECT_EQ(host.clock.timers(), 0U);
}

TEST_F(SnapshotTaking, ANewServerIsReadWhenItComesUpAndARetiredOneNeverAgain) {
  complete();
  reader.taken();
  const ServerId four = host.add_server(no_plugin, "Four");
  snapshots->add_server();
  up(four);
  EXPECT_EQ(asked().list.server, four);
  snapshots->server_down(four);
  host.retire_server(no_plugin, four);
  snapshots->retire_server(four);
  snapshots->soon(four, "a reason");
  host.clock.advance(seconds(100));
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.requests_to_nobody, 0U);
}

TEST_F(SnapshotTaking, RegularSnapshotsAreSpreadOverTheServersThatAreThere) {
  snapshots = std::make_unique<Snapshots>(host, reader, config(seconds(300)));
  host.requests.clear();
  for (ServerId server = 0; server < 3; ++server) host.set_up(server);
  host.retire_server(no_plugin, 1);
  snapshots->retire_server(1);
  std::vector<ServerId> lists;
  for (int i = 0; i < 4; ++i) {
    host.clock.advance(seconds(150));
    for (const Request& request : std::exchange(host.requests, {})) {
      if (request.action.name() == "TestList") lists.push_back(request.server);
      if (request.action.name() == "TestList") answer_list(request, {});
      else publish(request);
    }
  }
  EXPECT_THAT(lists, ElementsAre(0, 2, 0, 2));
}

}  // namespace
}  // namespace amibroker::replication
