// SPDX-License-Identifier: Apache-2.0
//
// Fences: how it is known that all events that are older than a list have come.
#include "tests/unit/replication/snapshot_taking.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::MessageBuilder;
using amibroker::testing::Request;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A native server that has sent no fence in all attempts of its first snapshot.
class MissingFences : public SnapshotTaking {
 protected:
  MissingFences() {
    host.set_transport(0, "ami");
    for (const milliseconds wait : {milliseconds(500), milliseconds(1500), milliseconds(4500)}) {
      const Asked now = asked();
      now.fence.done(Reply{Outcome::success, "Event Sent", {}});
      answer_list(now.list, {});
      host.clock.advance(wait);
      last_fence = now.fence;
    }
    reader.taken();
  }
  /// There is another reason to read it.
  void later() {
    host.clock.advance(ReadingPace::least_pause);
    snapshots->soon(0, "a reason");
  }
  std::optional<Request> last_fence;
};

TEST_F(SnapshotTaking, TheFenceOfAnotherBrokerOrServerOrPluginIsPassedOver) {
  const Asked now = asked();
  answer_list(now.list, {});
  reader.taken();
  const std::string ours(now.fence.header("Fence"));
  for (const auto& [name, number] :
       std::initializer_list<std::pair<std::string, std::string>>{{"zmq-ami-broker", "p-1.1-1"},
                                                                  {"zmq-ami-broker", "q" + ours.substr(1)},
                                                                  {"zmq-ami-broker", ours + "0"},
                                                                  {"zmq-ami-broker", ""},
                                                                  {"other", ours}})
    event(0, MessageBuilder("UserEvent").add("UserEvent", name).add("Fence", number).message());
  event(1, MessageBuilder("UserEvent").add("UserEvent", "zmq-ami-broker").add("Fence", ours).message());
  EXPECT_THAT(reader.taken(), IsEmpty());
  publish(now.fence);
  EXPECT_THAT(reader.taken(), ElementsAre("0 applies"));
}

TEST_F(SnapshotTaking, TwoLivesOfAPluginHaveDifferentFences) {
  const std::string first(asked().fence.header("Fence"));
  SnapshotConfig other = config(seconds(0));
  other.life = begin_life();
  snapshots = std::make_unique<Snapshots>(host, reader, other);
  snapshots->server_up(0);
  EXPECT_NE(asked().fence.header("Fence"), first);
}

TEST_F(SnapshotTaking, AFenceThatComesTwiceCountsOnce) {
  const Asked now = asked();
  publish(now.fence);
  publish(now.fence);
  answer_list(now.list, {});
  publish(now.fence);
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked", "0 list 2", "0 applies"));
}

// --- Fences that do not come ---------------------------------------------------------------------------------------

TEST_F(SnapshotTaking, AMissingFenceIsAskedForTwiceMoreBeforeTheListAppliesWithoutOne) {
  lose_fence(milliseconds(500));
  lose_fence(milliseconds(1500));
  EXPECT_EQ(host.logged(Level::warning), 0U);
  lose_fence(milliseconds(4500));
  EXPECT_THAT(reader.taken(), ElementsAre("0 applies"));
  EXPECT_EQ(host.counted("snapshots"), 1U);
  EXPECT_EQ(host.counted("failed_snapshots"), 0U);
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(MissingFences, FurtherListsApplyAfterTheTimeOfTheLastAttemptAlsoOnANewConnection) {
  for (int i = 0; i < 3; ++i) {
    if (i == 2) down(0);
    if (i == 2) up(0);
    else later();
    lose_fence(milliseconds(4500));
    EXPECT_THAT(reader.taken(), ElementsAre("0 applies"));
    EXPECT_TRUE(host.requests.empty());
  }
  EXPECT_EQ(host.logged(Level::warning), 1U) << "said once";
}

TEST_F(MissingFences, AFenceThatIsSeenInTimeMakesTheNextOnesNeededAgain) {
  later();
  complete();
  reader.taken();
  later();
  lose_fence(milliseconds(500));
  EXPECT_EQ(host.requests.size(), 2U) << "a second attempt";
}

TEST_F(MissingFences, AFenceThatComesAfterTheListAppliedIsTooLateToProveAnything) {
  publish(*last_fence);
  later();
  lose_fence(milliseconds(4500));
  EXPECT_THAT(reader.taken(), ElementsAre("0 applies"));
}

TEST_F(MissingFences, OnNativeAmiTheWarningNamesTheRightAndTheFilterThatAreMissing) {
  EXPECT_EQ(host.logged(Level::warning, "One (server-1)"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "although it accepts UserEvent"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "read = user"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "eventfilter = Event: UserEvent"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "res_test.so"), 0U) << "the module is fine";
}

TEST_F(SnapshotTaking, WithTheModuleTheWarningNamesTheEventPort) {
  lose_fence(milliseconds(500));
  lose_fence(milliseconds(1500));
  lose_fence(milliseconds(4500));
  EXPECT_EQ(host.logged(Level::warning, "evt_port"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "read = user"), 0U);
  EXPECT_EQ(host.logged(Level::warning, "although it accepts UserEvent"), 0U) << "it has not answered it";
}

TEST_F(SnapshotTaking, AServerWhoseEventsComeLateForGoodHasAWarningThatSaysHowLate) {
  const Request first = host.requests.at(1);
  lose_fence(milliseconds(500));
  lose_fence(milliseconds(1500));
  answer_list(asked().list, {});
  host.clock.advance(seconds(4));
  publish(first);
  host.clock.advance(milliseconds(500));
  EXPECT_EQ(reader.taken().back(), "0 applies");
  EXPECT_EQ(host.logged(Level::warning, "its events come 6 s late"), 1U);
  EXPECT_EQ(host.logged(Level::warning), 1U);
}

TEST_F(SnapshotTaking, IfTheAccountMaySendNoFenceTheListAppliesAfterTheFenceTimeout) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Asked now = asked();
    answer_list(now.list, {});
    now.fence.done(Reply{Outcome::error, "Permission denied", {}});
    host.clock.advance(Snapshots::fence_timeout - milliseconds(1));
    EXPECT_THAT(reader.taken(), ElementsAre("0 asked", "0 list 2"));
    host.clock.advance(milliseconds(1));
    EXPECT_THAT(reader.taken(), ElementsAre("0 applies"));
    EXPECT_THAT(host.requests, IsEmpty());
    host.clock.advance(ReadingPace::least_pause);
    snapshots->soon(0, "a reason");
  }
  EXPECT_EQ(host.logged(Level::info, "write = user"), 1U);
}

TEST_F(SnapshotTaking, TheFenceOfAnAttemptThatWasGivenUpDoesNotCountForTheNext) {
  const Asked first = asked();
  answer_list(first.list, {});
  host.clock.advance(milliseconds(500));
  const Asked second = asked();
  answer_list(second.list, {});
  reader.taken();
  publish(first.fence);
  EXPECT_THAT(reader.taken(), IsEmpty()) << "events between the two lists may still be on their way";
  publish(second.fence);
  EXPECT_THAT(reader.taken(), ElementsAre("0 applies"));
}

TEST_F(SnapshotTaking, ASnapshotOrANewConnectionStartsTheWaitsForFencesOver) {
  lose_fence(milliseconds(500));
  complete();
  reader.taken();
  host.clock.advance(ReadingPace::least_pause);
  snapshots->soon(0, "a reason");
  lose_fence(milliseconds(500));
  EXPECT_EQ(host.requests.size(), 2U) << "not after the time of a second attempt";
  down(0);
  reader.taken();
  up(0);
  lose_fence(milliseconds(500));
  EXPECT_EQ(host.requests.size(), 2U) << "not after the time of a third attempt";
}

TEST_F(SnapshotTaking, AFenceWithoutAListDoesNotCount) {
  const Asked now = asked();
  publish(now.fence);
  now.list.done(Reply{Outcome::unknown, "no answer in time", {}});
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked", "0 failed"));
}

TEST_F(SnapshotTaking, AFenceThatAnotherServerPublishesShowsThatBothAreTheSameAsterisk) {
  up(1);
  const Asked first = asked();
  const Asked second = asked();
  event_of(1, first.fence);
  event_of(0, second.fence);
  EXPECT_THAT(twins.told, ElementsAre("0 1", "1 0"));
  event_of(0, first.fence);
  answer_list(first.list, {});
  EXPECT_EQ(reader.taken().back(), "0 applies") << "and the snapshot goes on";
}

TEST_F(SnapshotTaking, AFenceThatComesLateOnTheOtherServerShowsItAsWell) {
  const Asked first = asked();
  answer_list(first.list, {});
  event_of(0, first.fence);
  event_of(2, first.fence);
  EXPECT_THAT(twins.told, ElementsAre("0 2"));
}

TEST_F(SnapshotTaking, OtherUserEventsShowNothing) {
  const Asked first = asked();
  const std::string fence(first.fence.header("Fence"));
  const auto publish_text = [&](const std::string& name, const std::string& text) {
    testing::MessageBuilder message("UserEvent");
    message.add("UserEvent", name).add("Fence", text);
    event(1, message.message());
  };
  publish_text("another", fence);
  publish_text("zmq-ami-broker", "x" + fence);
  publish_text("zmq-ami-broker", fence + "7");
  publish_text("zmq-ami-broker", fence + "x");
  publish_text("zmq-ami-broker", fence.substr(0, fence.size() - 1));
  publish_text("zmq-ami-broker", fence.substr(0, fence.size() - 1) + "0");
  publish_text("zmq-ami-broker", "");
  EXPECT_THAT(twins.told, IsEmpty());
}

}  // namespace
}  // namespace amibroker::replication
