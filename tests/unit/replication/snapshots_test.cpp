// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/snapshots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/replication/reading.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using amibroker::testing::Request;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// Writes down what it is told: `0 asked`, `0 list 2` with the number of messages.
class Recorder final : public SnapshotReader {
 public:
  void list_asked(ServerId server) override { note(server, "asked"); }
  void list_came(ServerId server, std::span<const Message> items) override {
    note(server, "list " + std::to_string(items.size()));
  }
  void list_applies(ServerId server) override { note(server, "applies"); }
  void list_failed(ServerId server) override { note(server, "failed"); }

  std::vector<std::string> taken() { return std::exchange(notes_, {}); }

 private:
  void note(ServerId server, const std::string& what) { notes_.push_back(std::to_string(server) + " " + what); }
  std::vector<std::string> notes_;
};

/// Three servers, of which server 0 is up. No regular snapshots.
class SnapshotTaking : public ::testing::Test {
 protected:
  SnapshotTaking() { up(0); }
  static SnapshotConfig config(seconds interval) { return {"p", "TestList", "res_test.so", interval}; }

  void up(ServerId server) {
    host.set_up(server);
    snapshots->server_up(server);
  }
  /// As the daemon does: what is under way ends first.
  void down(ServerId server) {
    host.take_down(no_plugin, server);
    snapshots->server_down(server);
  }
  void event(ServerId server, const Message& message) { snapshots->on_user_event(server, message); }
  /// The oldest list that was asked for, and its fence.
  struct Asked {
    Request list;
    Request fence;
  };
  Asked asked() {
    Asked asked{host.requests.at(0), host.requests.at(1)};
    host.requests.erase(host.requests.begin(), host.requests.begin() + 2);
    return asked;
  }
  void publish(const Request& fence) {
    publish_fence(fence, [this](ServerId server, const Message& message) { event(server, message); });
  }
  /// A server publishes an event that perhaps another one was asked for.
  void event_of(ServerId server, const Request& fence) {
    MessageBuilder message("UserEvent");
    message.add("UserEvent", fence.header("UserEvent")).add("Fence", fence.header("Fence"));
    event(server, message.message());
  }
  void complete() {
    const Asked now = asked();
    answer_list(now.list, {});
    publish(now.fence);
  }
  /// The list comes, and its fence does not within this time; nothing happens before.
  void lose_fence(milliseconds waited) {
    answer_list(asked().list, {});
    host.clock.advance(waited - milliseconds(1));
    ASSERT_THAT(reader.taken(), ElementsAre("0 asked", "0 list 2"));
    ASSERT_TRUE(host.requests.empty());
    host.clock.advance(milliseconds(1));
  }
  void refuse() { asked().list.done(Reply{Outcome::error, "Invalid/unknown command", {}}); }

  class NoPlugin final : public Plugin {
    void start(Host&) override {}
    void on_event(ServerId, const Message&) override {}
  };
  FakeHost host{{"One", "Two", "Three"}};
  NoPlugin no_plugin;
  Recorder reader;
  std::unique_ptr<Snapshots> snapshots = std::make_unique<Snapshots>(host, reader, config(seconds(0)));
};

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
  snapshots = std::make_unique<Snapshots>(host, reader, config(seconds(0)));
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

TEST_F(SnapshotTaking, AMissingFenceIsAskedForTwiceMoreBeforeTheServerCountsAsUnreadable) {
  lose_fence(milliseconds(500));
  lose_fence(seconds(2));
  EXPECT_EQ(host.counted("failed_snapshots"), 0U);
  EXPECT_EQ(host.logged(Level::warning), 0U);
  lose_fence(seconds(8));
  EXPECT_THAT(reader.taken(), ElementsAre("0 failed"));
  EXPECT_EQ(host.counted("failed_snapshots"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1): its states cannot be read (its events do not arrive"), 1U);
}

TEST_F(SnapshotTaking, AfterMissingFencesTheNextAttemptsBackOffWithoutAWarning) {
  for (const int back_off : {1, 2}) {
    lose_fence(milliseconds(500));
    lose_fence(seconds(2));
    lose_fence(seconds(8));
    reader.taken();
    host.clock.advance(seconds(back_off) - milliseconds(1));
    ASSERT_TRUE(host.requests.empty());
    host.clock.advance(milliseconds(1));
  }
  EXPECT_EQ(host.requests.size(), 2U);
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
    snapshots->soon(0);
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
  snapshots->soon(0);
  lose_fence(milliseconds(500));
  EXPECT_EQ(host.requests.size(), 2U) << "not after two seconds only";
  down(0);
  reader.taken();
  up(0);
  lose_fence(milliseconds(500));
  EXPECT_EQ(host.requests.size(), 2U) << "not after eight seconds only";
}

TEST_F(SnapshotTaking, FailedAttemptsAreRepeatedAfterTimesThatDoubleUpToAMinute) {
  for (const int expected : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    asked().list.done(Reply{Outcome::unknown, "no answer in time", {}});
    host.clock.advance(seconds(expected) - milliseconds(1));
    ASSERT_TRUE(host.requests.empty()) << expected;
    host.clock.advance(milliseconds(1));
    ASSERT_EQ(host.requests.size(), 2U) << expected;
  }
  complete();
  snapshots->soon(0);
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

TEST_F(SnapshotTaking, AReasonDuringTheBackOffBeginsAtOnceAndOnce) {
  asked().list.done(Reply{Outcome::unknown, "", {}});
  snapshots->soon(0);
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
  snapshots->soon(0);
  complete();
  snapshots->soon(0);
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

TEST_F(SnapshotTaking, AFenceWithoutAListDoesNotCount) {
  const Asked now = asked();
  publish(now.fence);
  now.list.done(Reply{Outcome::unknown, "no answer in time", {}});
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked", "0 failed"));
}

TEST_F(SnapshotTaking, ReasonsWhileItIsBeingReadLeadToOneMoreSnapshotAfterwards) {
  snapshots->soon(0);
  snapshots->soon(0);
  EXPECT_EQ(host.requests.size(), 2U);
  complete();
  EXPECT_THAT(reader.taken(), ElementsAre("0 asked", "0 list 2", "0 applies", "0 asked"));
  complete();
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(SnapshotTaking, AReasonWhileItIsBeingReadIsNotForgottenIfTheListIsRefused) {
  snapshots->soon(0);
  refuse();
  host.clock.advance(Snapshots::first_retry);
  EXPECT_EQ(host.requests.size(), 2U);
}

TEST_F(SnapshotTaking, AServerThatIsDownIsNotRead) {
  snapshots->soon(1);
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
  snapshots->soon(0);
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

// --- Servers that are added and retired ----------------------------------------------------------------------------

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
  snapshots->soon(four);
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

// --- The same Asterisk, entered twice ------------------------------------------------------------------------------

TEST_F(SnapshotTaking, AFenceThatAnotherServerPublishesShowsThatBothAreTheSameAsterisk) {
  up(1);
  const Asked first = asked();
  const Asked second = asked();
  for (int i = 0; i < 3; ++i) {
    event_of(1, first.fence);
    event_of(0, second.fence);
  }
  EXPECT_EQ(host.logged(Level::warning), 1U) << "said once";
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2) and One (server-1) are the same Asterisk"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "Remove one of the two sections"), 1U);
  event_of(0, first.fence);
  answer_list(first.list, {});
  EXPECT_EQ(reader.taken().back(), "0 applies") << "and the snapshot goes on";
}

TEST_F(SnapshotTaking, AFenceThatComesLateOnTheOtherServerShowsItAsWell) {
  const Asked first = asked();
  answer_list(first.list, {});
  event_of(0, first.fence);
  event_of(2, first.fence);
  EXPECT_EQ(host.logged(Level::warning, "Three (server-3) and One (server-1) are the same Asterisk"), 1U);
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
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

// --- An Asterisk that is too old -----------------------------------------------------------------------------------

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

}  // namespace
}  // namespace amibroker::replication
