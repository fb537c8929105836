// SPDX-License-Identifier: Apache-2.0
#include "core/link/action_encoder.hpp"

#include <gmock/gmock.h>

namespace amibroker::link {
namespace {

using ::testing::HasSubstr;

Action write_of(std::string_view value) {
  Action action("Setvar");
  action.add("Variable", "DEVICE_STATE(Custom:x)").add("Value", value);
  return action;
}

TEST(ActionEncoder, EqualActionsForSeveralServersShareTextAndActionId) {
  ActionEncoder encoder;
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), 0));
  const auto id = encoder.action_id();
  const auto first = encoder.message();
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), 0));
  EXPECT_EQ(encoder.action_id(), id);
  EXPECT_EQ(encoder.message().data(), first.data()) << "one memory";
}

TEST(ActionEncoder, TheSameActionTwiceOnOneServerGetsAnotherActionId) {
  ActionEncoder encoder;
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), 0));
  const auto id = encoder.action_id();
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), id));
  EXPECT_GT(encoder.action_id(), id);
  EXPECT_THAT(encoder.message().to_string(), HasSubstr("\"ActionID\":\"" + std::to_string(encoder.action_id()) + "\""));
}

TEST(ActionEncoder, AnotherActionHasItsOwnTextAndLeavesTheOneBeforeWhole) {
  ActionEncoder encoder;
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), 0));
  const auto before = encoder.message();
  ASSERT_TRUE(encoder.prepare(write_of("RINGING"), 0));
  EXPECT_THAT(encoder.message().to_string(), HasSubstr("RINGING"));
  EXPECT_THAT(before.to_string(), HasSubstr("INUSE"));
}

TEST(ActionEncoder, TellsWhyAnActionIsRefusedAndGoesOn) {
  ActionEncoder encoder;
  EXPECT_FALSE(encoder.prepare(Action("GetVar"), 0));
  EXPECT_THAT(encoder.refusal(), HasSubstr("crash Asterisk"));
  EXPECT_FALSE(encoder.prepare(write_of("a\nb"), 0));
  EXPECT_THAT(encoder.refusal(), HasSubstr("control byte"));
  EXPECT_TRUE(encoder.prepare(write_of("INUSE"), 0));
}

}  // namespace
}  // namespace amibroker::link
