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
