// SPDX-License-Identifier: Apache-2.0
//
// Each fault of a server as a client sees it.
#include <gmock/gmock.h>

#include "tests/simulator/fleet.hpp"
#include "tests/unit/simulator/client.hpp"

namespace amibroker::sim {
namespace {

using enum DeviceState;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

class ServerFault : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(client_.ask(Client::ping("0")), HasSubstr("Pong"));
    ASSERT_TRUE(fleet_.wait_for_broker(Clock::now() + 10s));
  }
  // The reply to the next Ping, and the one after it shows that the fault is over.
  std::string faulty_reply() {
    auto reply = client_.ask(Client::ping("1"));
    EXPECT_THAT(client_.ask(Client::ping("2")), HasSubstr(R"("ActionID":"2")"));
    return reply;
  }
  Fleet fleet_{1};
  Server& server_ = fleet_[0];
  Client client_{fleet_[0]};
};

TEST_F(ServerFault, LostReplyNeverComesButTheActionRan) {
  server_.lose_next_replies(1);
  client_.send(Client::setvar("1", "Custom:a", "BUSY"));
  EXPECT_THAT(client_.ask(Client::ping("2")), HasSubstr(R"("ActionID":"2")"));
  EXPECT_EQ(server_.device_state("Custom:a"), busy);
  EXPECT_EQ(server_.counters().replies_lost, 1U);
}

TEST_F(ServerFault, SilentServerRunsActionsAndNeverAnswers) {
  server_.silent(true);
  client_.send(Client::setvar("1", "Custom:a", "BUSY"));
  EXPECT_TRUE(fleet_.wait_until(Clock::now() + 10s, [&] { return server_.counters().replies_lost == 1; }));
  EXPECT_EQ(server_.device_state("Custom:a"), busy);
  server_.silent(false);
  EXPECT_THAT(client_.ask(Client::ping("2")), HasSubstr(R"("ActionID":"2")"));
}

TEST_F(ServerFault, ReplyWithoutActionId) {
  server_.plan_reply({.fault = ReplyFault::without_action_id});
  EXPECT_THAT(faulty_reply(), ::testing::AllOf(HasSubstr("Pong"), Not(HasSubstr("ActionID"))));
}

TEST_F(ServerFault, ReplyWithAnotherActionId) {
  server_.plan_reply({.fault = ReplyFault::other_action_id});
  EXPECT_THAT(faulty_reply(), HasSubstr(R"("ActionID":"other-1")"));
}

TEST_F(ServerFault, DuplicatedReplyComesTwice) {
  server_.plan_reply({.fault = ReplyFault::duplicated});
  const auto first = client_.ask(Client::ping("1"));
  EXPECT_THAT(client_.next_reply(), Optional(ElementsAre(first)));
  EXPECT_THAT(client_.ask(Client::ping("2")), HasSubstr(R"("ActionID":"2")"));
}

TEST_F(ServerFault, RawReplyHasTheGivenFrames) {
  server_.plan_reply({.fault = ReplyFault::raw, .frames = {"not JSON", "", "\xff"}});
  client_.send(Client::ping("1"));
  EXPECT_THAT(client_.next_reply(), Optional(ElementsAre("not JSON", "", "\xff")));
}

TEST_F(ServerFault, LateReplyHoldsUpTheOnesAfterItButItsActionRanAtOnce) {
  server_.plan_reply({.fault = ReplyFault::late, .delay = 200ms});
  const auto start = Clock::now();
  client_.send(Client::setvar("1", "Custom:a", "BUSY"));
  client_.send(Client::ping("2"));
  ASSERT_TRUE(fleet_.wait_until(start + 10s, [&] { return server_.device_state("Custom:a") == busy; }));
  EXPECT_LT(server_.history("Custom:a").at(0).time, start + 200ms);
  EXPECT_THAT(client_.next_reply()->front(), HasSubstr(R"("ActionID":"1")"));
  EXPECT_GE(Clock::now() - start, 200ms);
  EXPECT_THAT(client_.next_reply()->front(), HasSubstr(R"("ActionID":"2")"));
}

TEST_F(ServerFault, SlowServerTakesOneActionAfterTheOther) {
  server_.slow(50ms);
  const auto start = Clock::now();
  for (const auto* id : {"1", "2", "3"}) client_.send(Client::setvar(id, "Custom:a", "BUSY"));
  for (const auto* id : {"1", "2", "3"}) EXPECT_THAT(client_.next_reply()->front(), HasSubstr(id));
  EXPECT_GE(Clock::now() - start, 150ms);
  EXPECT_GE(server_.history("Custom:a").at(0).time - start, 50ms);
  server_.clear_faults();
  EXPECT_THAT(client_.ask(Client::ping("4")), HasSubstr("Pong"));
}

TEST_F(ServerFault, LostEventsLeaveAHoleInAllNumbers) {
  server_.lose_next_events("DeviceStateChange", 2);
  for (const auto state : {ringing, inuse, not_inuse}) server_.set_device_state("PJSIP/1", state);
  EXPECT_THAT(client_.event(), HasSubstr(R"("State":"NOT_INUSE",)"
                                         R"("ZmqNamePrevious":"2","ZmqNameSequence":"3","ZmqSequence":"3"})"));
  EXPECT_EQ(server_.counters().events_lost, 2U);
  EXPECT_EQ(server_.counters().events, 1U);
}

TEST_F(ServerFault, MuteServerAnswersButPublishesNothing) {
  server_.mute_events(true);
  EXPECT_THAT(client_.ask(Client::setvar("1", "Custom:a", "BUSY")), HasSubstr("Success"));
  server_.mute_events(false);
  server_.set_device_state("PJSIP/1", busy);
  EXPECT_THAT(client_.event(), HasSubstr("PJSIP/1"));
}

TEST_F(ServerFault, EventsLostByChanceAreTheSameForTheSameSeed) {
  std::vector<std::uint64_t> lost;
  for (int round = 0; round < 2; ++round) {
    const auto before = server_.counters().events_lost;
    server_.lose_events(0.3, 42);
    for (int i = 0; i < 50; ++i) server_.publish({{"Event", "X"}});
    lost.push_back(server_.counters().events_lost - before);
  }
  EXPECT_GT(lost[0], 0U);
  EXPECT_EQ(lost[0], lost[1]);
}

TEST_F(ServerFault, GarbageIsPublishedAsItIs) {
  server_.publish_raw({"{\"Event\":\"half"});
  server_.publish_raw({"{", "\xff", ""});
  EXPECT_THAT(client_.next_event(), Optional(ElementsAre("{\"Event\":\"half")));
  EXPECT_THAT(client_.next_event(), Optional(ElementsAre("{", "\xff", "")));
}

}  // namespace
}  // namespace amibroker::sim
