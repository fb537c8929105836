// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/actions.hpp"

#include <gmock/gmock.h>

#include <string>

namespace amibroker::sim {
namespace {

using enum DeviceState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunAction : public ::testing::Test {
 protected:
  ActionResult run(const std::string& frame, Module module = Module::ours) {
    return run_action(asterisk_, module, frame);
  }
  Asterisk asterisk_{{.system_name = "a1"}};
};

TEST_F(RunAction, SetvarIsAcknowledgedAndPublished) {
  const auto result =
      run(R"-({"Action":"Setvar","ActionID":"2","Variable":"DEVICE_STATE(Custom:PJSIP/100)","Value":"RINGING"})-");
  EXPECT_THAT(result.replies,
              ElementsAre(Fields{{"Response", "Success"}, {"ActionID", "2"}, {"Message", "Variable Set"}}));
  EXPECT_THAT(result.events, SizeIs(1));
  EXPECT_EQ(result.written_key, "Custom:PJSIP/100");
  EXPECT_EQ(result.written_value, "RINGING");
}

TEST_F(RunAction, SetvarOfAnythingElseIsAnErrorWithItsActionId) {
  const auto result = run(R"-({"Action":"Setvar","ActionID":"3","Variable":"DEVICE_STATE(PJSIP/1)","Value":"BUSY"})-");
  EXPECT_THAT(result.replies,
              ElementsAre(Fields{{"Response", "Error"}, {"ActionID", "3"}, {"Message", "Variable not set"}}));
  EXPECT_TRUE(result.error);
  EXPECT_THAT(result.events, IsEmpty());
  EXPECT_EQ(result.written_key, "");
}

TEST_F(RunAction, SetvarWithAChannelIsAnError) {
  const auto result =
      run(R"-({"Action":"Setvar","Channel":"PJSIP/1-1","Variable":"DEVICE_STATE(Custom:a)","Value":"BUSY"})-");
  EXPECT_EQ(value_of(result.replies.at(0), "Message"), "No such channel");
  EXPECT_EQ(asterisk_.device("Custom:a"), unknown);
}

TEST_F(RunAction, NameIsReadInAnyCase) { EXPECT_FALSE(run(R"({"Action":"pING"})").error); }

TEST_F(RunAction, PingAnswersPong) {
  const auto result = run(R"({"Action":"Ping","ActionID":"g1"})");
  ASSERT_THAT(result.replies, SizeIs(1));
  EXPECT_EQ(value_of(result.replies[0], "Ping"), "Pong");
  EXPECT_THAT(std::string(value_of(result.replies[0], "Timestamp")), ::testing::MatchesRegex("[0-9]+\\.[0-9]{6}"));
}

TEST_F(RunAction, AnUpdateOfAMailboxIsPublishedAlsoIfItChangesNothing) {
  for (const bool changes : {true, false}) {
    const auto result =
        run(R"({"Action":"MWIUpdate","ActionID":"5","Mailbox":"100@default","OldMessages":"1","NewMessages":"3"})");
    EXPECT_THAT(result.replies, ElementsAre(Fields{{"Response", "Success"}, {"ActionID", "5"}}));
    EXPECT_THAT(result.events, ElementsAre(Fields{{"Event", "MessageWaiting"},
                                                  {"Privilege", "call,all"},
                                                  {"SystemName", "a1"},
                                                  {"Mailbox", "100@default"},
                                                  {"Waiting", "1"},
                                                  {"New", "3"},
                                                  {"Old", "1"}}));
    EXPECT_EQ(result.written_key, "100@default");
    EXPECT_EQ(result.written_value, "3/1");
    EXPECT_EQ(result.changed, changes);
  }
}

TEST_F(RunAction, NumbersOfMessagesThatAreMissingAreZeroAndOthersAnError) {
  EXPECT_EQ(run(R"({"Action":"MWIUpdate","Mailbox":"1"})").written_value, "0/0");
  const auto result = run(R"({"Action":"MWIUpdate","Mailbox":"1","NewMessages":"many"})");
  EXPECT_EQ(value_of(result.replies.at(0), "Message"), "Invalid NewMessages: many");
  EXPECT_TRUE(run(R"({"Action":"MWIUpdate","NewMessages":"1"})").error);
  EXPECT_EQ(asterisk_.mailboxes().at("1"), MessageCounts{});
}

TEST_F(RunAction, MailboxesAreListedUntilTheyAreDeleted) {
  asterisk_.set_mailbox("1@a", {2, 0});
  asterisk_.set_mailbox("2@a", {0, 0});
  const auto all = run(R"({"Action":"MWIGet","ActionID":"6","Mailbox":"/./"})");
  ASSERT_THAT(all.replies, SizeIs(4));
  EXPECT_EQ(
      all.replies[1],
      (Fields{{"Event", "MWIGet"}, {"ActionID", "6"}, {"Mailbox", "1@a"}, {"OldMessages", "0"}, {"NewMessages", "2"}}));
  EXPECT_EQ(value_of(all.replies[3], "ListItems"), "2");
  EXPECT_EQ(value_of(run(R"({"Action":"MWIDelete","Mailbox":"1@a"})").events.at(0), "New"), "0");
  EXPECT_THAT(run(R"({"Action":"MWIDelete","Mailbox":"2@a"})").events, IsEmpty());
  EXPECT_THAT(run(R"({"Action":"MWIGet","Mailbox":"/./"})").replies, SizeIs(2));
  EXPECT_TRUE(run(R"({"Action":"MWIGet"})").error);
}

TEST_F(RunAction, ListsComeWholeWithTheirCount) {
  asterisk_.set_device("PJSIP/100", inuse);
  asterisk_.set_device("Custom:lamp", busy);
  const auto result = run(R"({"Action":"DeviceStateList","ActionID":"d1"})");
  ASSERT_THAT(result.replies, SizeIs(4));
  EXPECT_EQ(value_of(result.replies[1], "Device"), "Custom:lamp");
  EXPECT_EQ(
      result.replies[3],
      (Fields{
          {"Event", "DeviceStateListComplete"}, {"ActionID", "d1"}, {"EventList", "Complete"}, {"ListItems", "2"}}));
  EXPECT_THAT(run(R"({"Action":"PresenceStateList"})").replies, SizeIs(2));
}

TEST_F(RunAction, UserEventIsPublishedWithAllItsHeaders) {
  const auto result = run(R"({"Action":"UserEvent","UserEvent":"hello","ActionID":"1","X":"y"})");
  EXPECT_EQ(value_of(result.replies.at(0), "Message"), "Event Sent");
  EXPECT_THAT(result.events, ElementsAre(Fields{{"Event", "UserEvent"},
                                                {"Privilege", "user,all"},
                                                {"SystemName", "a1"},
                                                {"UserEvent", "hello"},
                                                {"ActionID", "1"},
                                                {"X", "y"}}));
}

TEST_F(RunAction, AnUnknownActionIsRefused) {
  const auto result = run(R"({"Action":"Nope","ActionID":"n1"})");
  EXPECT_THAT(result.replies, IsEmpty());
  EXPECT_THAT(result.refusal, HasSubstr("Invalid/unknown command: Nope"));
  EXPECT_EQ(result.action_id, "n1");
  EXPECT_TRUE(result.error);
  EXPECT_EQ(result.name, "Nope");
}

class CrashingAction : public ::testing::TestWithParam<std::string> {};

TEST_P(CrashingAction, KillsAsteriskWithTheOriginalModuleAndIsRefusedByOurs) {
  Asterisk asterisk({});
  const auto frame = R"({"Action":")" + GetParam() + R"("})";
  EXPECT_TRUE(run_action(asterisk, Module::original, frame).crashed);
  const auto refused = run_action(asterisk, Module::ours, frame);
  EXPECT_FALSE(refused.crashed);
  EXPECT_THAT(refused.refusal, HasSubstr("crash"));
}

INSTANTIATE_TEST_SUITE_P(Names, CrashingAction,
                         ::testing::Values("GetVar", "Status", "ListCommands", "Events", "Challenge", "WaitEvent",
                                           "Filter", "Hangup"));

}  // namespace
}  // namespace amibroker::sim
