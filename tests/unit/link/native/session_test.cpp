// SPDX-License-Identifier: Apache-2.0
#include "core/link/ami_link.hpp"

#include <gmock/gmock.h>

#include "tests/unit/link/ami_link_fixture.hpp"
#include "tests/unit/link/log_capture.hpp"

namespace amibroker::link::native {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(AmiLinkTest, LogsInByChallengeAndIsUpWhenAPingBehindThatCameBack) {
  start();
  EXPECT_FALSE(link->up());
  ASSERT_TRUE(run_until([&] { return link->up(); }));
  ASSERT_TRUE(run_until([&] { return peer.actions.size() == 4; }));
  EXPECT_THAT(peer.names(), ElementsAre("Challenge", "Login", "Ping", "CoreSettings"));
  EXPECT_THAT(peer.actions[0].text, HasSubstr("AuthType: MD5\r\n"));
  EXPECT_THAT(peer.actions[1].text, HasSubstr("Username: broker\r\n"));
  EXPECT_THAT(peer.actions[1].text, HasSubstr("Events: on\r\n"));
  EXPECT_THAT(peer.actions[1].text, Not(HasSubstr("s3cret")));
  EXPECT_EQ(recorder.ups, 1);
  EXPECT_EQ(link->counters().connects, 1U);
}

TEST_F(AmiLinkTest, CarriesEventsActionsAndAnswers) {
  start_and_come_up();
  peer.send("Event: DeviceStateChange\r\nDevice: PJSIP/1\r\nState: INUSE\r\n\r\nEvent: Hangup\r\nCause: 16\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 2; }));
  EXPECT_THAT(recorder.names, ElementsAre("DeviceStateChange", "Hangup"));
  EXPECT_EQ(link->counters().events, 2U);
  peer.on_action = [&](const AmiPeer::Action& action) { peer.succeed(action, "Message: Variable Set\r\n"); };
  ask();
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::success);
  EXPECT_EQ(recorder.answers[0].text, "Variable Set");
  EXPECT_EQ(recorder.answers[0].owner, 3U);
  peer.on_action = [&](const AmiPeer::Action& action) { peer.fail(action, "Variable not set"); };
  ask();
  ASSERT_TRUE(answered(2));
  EXPECT_EQ(recorder.answers[1].outcome, Outcome::error);
  EXPECT_EQ(recorder.answers[1].text, "Variable not set");
  peer.on_action = [&](const AmiPeer::Action& action) {
    peer.send("Nonsense: x\r\nActionID: " + action.id + "\r\n\r\n");
  };
  ask();
  ASSERT_TRUE(answered(3));
  EXPECT_EQ(recorder.answers[2].outcome, Outcome::error) << "nothing says that it was done";
}

TEST_F(AmiLinkTest, AnswersFindTheirActionsInWhateverOrderTheyCome) {
  start_and_come_up();
  peer.on_action = [](const AmiPeer::Action&) {};
  ask("First"), ask("Second");
  ASSERT_TRUE(run_until([&] { return peer.actions.size() == 2; }));
  peer.succeed(peer.actions[1], "Message: second\r\n");
  peer.succeed(peer.actions[0], "Message: first\r\n");
  ASSERT_TRUE(answered(2));
  EXPECT_EQ(recorder.answers[0].text, "second");
  EXPECT_EQ(recorder.answers[1].text, "first");
}

TEST_F(AmiLinkTest, AListIsOneAnswerAndEventsAmongItsItemsAreEvents) {
  start_and_come_up();
  peer.on_action = [](const AmiPeer::Action&) {};
  ask("DeviceStateList");
  ASSERT_TRUE(run_until([&] { return peer.actions.size() == 1; }));
  const std::string id = "ActionID: " + peer.actions[0].id + "\r\n";
  peer.succeed(peer.actions[0], "EventList: start\r\n");
  peer.send("Event: DeviceStateChange\r\n" + id + "Device: a\r\nState: INUSE\r\n\r\n");
  peer.send("Event: DeviceStateChange\r\nDevice: b\r\nState: INUSE\r\n\r\n");
  peer.send("Event: UserEvent\r\nActionID: 4711\r\n\r\n");
  peer.send("Event: DeviceStateListComplete\r\nEventList: Complete\r\n" + id + "ListItems: 1\r\n\r\n");
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::success);
  EXPECT_EQ(recorder.answers[0].messages, 3U);
  EXPECT_THAT(recorder.names, ElementsAre("DeviceStateChange", "UserEvent"));
}

TEST_F(AmiLinkTest, MoreActionsThanTheWindowWaitAndGoOutInOrder) {
  start_and_come_up();
  peer.on_action = [](const AmiPeer::Action&) {};
  for (std::size_t i = 0; i < AmiLink::window + 10; ++i) ask();
  ASSERT_TRUE(run_until([&] { return peer.actions.size() >= AmiLink::window; }));
  bool quiet = false;
  loop.post([&] { quiet = true; });
  ASSERT_TRUE(run_until([&] { return quiet; }));
  EXPECT_EQ(peer.actions.size(), AmiLink::window);
  peer.on_action = [&](const AmiPeer::Action& action) { peer.succeed(action); };
  for (const AmiPeer::Action& action : std::vector(peer.actions)) peer.succeed(action);
  ASSERT_TRUE(answered(AmiLink::window + 10));
  for (const auto& answer : recorder.answers) EXPECT_EQ(answer.outcome, Outcome::success);
}

TEST_F(AmiLinkTest, WhatMustNotBeSentIsRefused) {
  start_and_come_up();
  ask("Logoff"), ask("Bad\r\nName");
  link->request(Action("Setvar").add("Value", "a\r\nAction: Originate"), long_time, 3, nullptr);
  ASSERT_TRUE(answered(3));
  for (const auto& answer : recorder.answers) EXPECT_EQ(answer.outcome, Outcome::refused) << answer.text;
  EXPECT_THAT(peer.names(), IsEmpty());
}

TEST_F(AmiLinkTest, AnActionWithoutAnAnswerInTimeIsUnknownAndItsLateAnswerIsCounted) {
  start_and_come_up();
  peer.on_action = [](const AmiPeer::Action&) {};
  ask("Setvar", milliseconds(1));
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  ASSERT_TRUE(run_until([&] { return peer.actions.size() == 1; }));
  peer.succeed(peer.actions[0]);
  ASSERT_TRUE(run_until([&] { return link->counters().late_replies == 1; }));
  EXPECT_EQ(link->counters().timeouts, 1U);
  EXPECT_EQ(recorder.answers.size(), 1U);
}

TEST_F(AmiLinkTest, ServersAreAskedForTheWantedEventsAlone) {
  interest = {.all = false, .names = {"DeviceStateChange", "UserEvent"}};
  start_and_come_up();
  ASSERT_EQ(peer.sessions, 1);
  link->set_interest({.all = false, .names = {"DeviceStateChange", "SomethingNew", "UserEvent"}});
  ASSERT_TRUE(run_until([&] { return peer.actions.size() == 2; }));
  EXPECT_THAT(peer.actions[0].text, HasSubstr("EventMask: on\r\n"));
  EXPECT_THAT(peer.actions[1].text, HasSubstr("Filter: ^Event: (SomethingNew)\r\n"));
  EXPECT_THAT(peer.actions[1].text, HasSubstr("Operation: Add\r\n"));
}

TEST_F(AmiLinkTest, TheFirstFilterAndTheMaskComeWithTheLogin) {
  interest = {.all = false, .names = {"DeviceStateChange", "UserEvent"}};
  start();
  ASSERT_TRUE(run_until([&] { return link->up(); }));
  EXPECT_THAT(peer.names(), ::testing::IsSupersetOf({"Challenge", "Login", "Filter", "Ping"}));
  EXPECT_THAT(peer.actions[1].text, HasSubstr("Events: call,user\r\n"));
  EXPECT_THAT(peer.actions[2].text, HasSubstr("Filter: ^Event: (DeviceStateChange|UserEvent)\r\n"));
}

TEST_F(AmiLinkTest, ATracedServerSendsEverything) {
  interest = {.all = false, .names = {"UserEvent"}};
  ServerConfig traced = config();
  traced.trace = true;
  LogCapture log;
  start(traced, {});
  ASSERT_TRUE(run_until([&] { return link->up(); }));
  EXPECT_THAT(peer.actions[1].text, HasSubstr("Events: on\r\n"));
  EXPECT_THAT(peer.names(), Not(::testing::Contains("Filter")));
  EXPECT_EQ(log.count("-> Action: Ping"), 1U);
  EXPECT_THAT(log.text(), Not(HasSubstr("Key:")));
}

TEST_F(AmiLinkTest, WhoWantsEverythingAfterAFilterGetsANewSession) {
  interest = {.all = false, .names = {"UserEvent"}};
  start_and_come_up();
  link->set_interest({.all = true});
  ASSERT_TRUE(run_until([&] { return recorder.ups == 2 && link->up(); }));
  EXPECT_EQ(peer.sessions, 2);
  EXPECT_EQ(recorder.downs, 1);
  EXPECT_THAT(peer.names(), Not(::testing::Contains("Filter")));
}

TEST_F(AmiLinkTest, AnAccountThatMayNotFilterIsSaidOnceAndUsed) {
  interest = {.all = false, .names = {"UserEvent"}};
  LogCapture log;
  peer.on_action = [&](const AmiPeer::Action& action) {
    if (action.name == "Filter") return peer.fail(action, "Permission denied");
    peer.answer(action);
  };
  start({.first_retry = milliseconds(1), .last_retry = milliseconds(5)});
  ASSERT_TRUE(run_until([&] { return link->up(); }));
  peer.hang_up();
  ASSERT_TRUE(run_until([&] { return recorder.ups == 2; }));
  EXPECT_EQ(log.count("may not filter (Permission denied)"), 1U) << log.text();
}

TEST_F(AmiLinkTest, ASecretIsSentReadableOnlyWhereThatWasAskedFor) {
  ServerConfig asked = config();
  asked.ami.plain_login = true;
  peer.on_action = [&](const AmiPeer::Action& action) {
    if (action.name == "Challenge") return peer.fail(action, "Must specify AuthType");
    peer.answer(action);
  };
  start(asked, {});
  ASSERT_TRUE(run_until([&] { return link->up(); }));
  EXPECT_THAT(peer.actions[1].text, HasSubstr("Secret: s3cret\r\n"));
}

TEST_F(AmiLinkTest, StopEndsWhatIsUnderWay) {
  start_and_come_up();
  peer.on_action = [](const AmiPeer::Action&) {};
  ask();
  ASSERT_TRUE(run_until([&] { return peer.actions.size() == 1; }));
  link->stop();
  EXPECT_EQ(recorder.downs, 1);
  ASSERT_EQ(recorder.answers.size(), 1U);
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  ask();
  ASSERT_TRUE(answered(2));
  EXPECT_EQ(recorder.answers[1].outcome, Outcome::not_sent);
}

}  // namespace
}  // namespace amibroker::link::native
