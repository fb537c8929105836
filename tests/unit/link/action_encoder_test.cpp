// SPDX-License-Identifier: Apache-2.0
#include "core/link/action_encoder.hpp"

#include <gmock/gmock.h>

#include "tests/unit/link/fake_transport.hpp"

namespace amibroker::link {
namespace {

using ::testing::HasSubstr;

class ActionEncoderTest : public ::testing::Test {
 protected:
  FakeTransport transport;
  ActionEncoder encoder{transport};
};

Action write_of(std::string_view value) {
  Action action("Setvar");
  action.add("Variable", "DEVICE_STATE(Custom:x)").add("Value", value);
  return action;
}

TEST_F(ActionEncoderTest, EqualActionsForSeveralServersShareOneEncodingAndActionId) {
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), 0));
  const auto id = encoder.action_id();
  const auto first = encoder.encoded();
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), 0));
  EXPECT_EQ(encoder.action_id(), id);
  EXPECT_EQ(encoder.encoded(), first) << "one memory";
}

TEST_F(ActionEncoderTest, TheSameActionTwiceOnOneServerGetsAnotherActionId) {
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), 0));
  const auto id = encoder.action_id();
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), id));
  EXPECT_GT(encoder.action_id(), id);
  EXPECT_EQ(encoder.encoded()->bytes(), std::to_string(encoder.action_id()) + " Setvar");
}

TEST_F(ActionEncoderTest, AnotherActionHasItsOwnTextAndLeavesTheOneBeforeWhole) {
  ASSERT_TRUE(encoder.prepare(write_of("INUSE"), 0));
  const auto before = encoder.encoded();
  ASSERT_TRUE(encoder.prepare(Action("Ping"), 0));
  EXPECT_THAT(encoder.encoded()->bytes(), HasSubstr("Ping"));
  EXPECT_THAT(before->bytes(), HasSubstr("Setvar"));
}

TEST_F(ActionEncoderTest, SaysWhyAnActionIsRefusedAndGoesOn) {
  transport.refused["GetVar"] = "it would crash Asterisk";
  EXPECT_FALSE(encoder.prepare(Action("GetVar"), 0));
  EXPECT_THAT(encoder.refusal(), HasSubstr("crash Asterisk"));
  EXPECT_FALSE(encoder.prepare(write_of("a\nb"), 0));
  EXPECT_THAT(encoder.refusal(), HasSubstr("control byte"));
  EXPECT_TRUE(encoder.prepare(write_of("INUSE"), 0));
}

TEST_F(ActionEncoderTest, ATextThatIsNotUtf8GoesWhereTheWireCanCarryIt) {
  EXPECT_FALSE(encoder.prepare(write_of("M\xfcller"), 0));
  EXPECT_THAT(encoder.refusal(), HasSubstr("not UTF-8"));
  transport.fake_traits.bytes = ami::Bytes::any;
  EXPECT_TRUE(encoder.prepare(write_of("M\xfcller"), 0));
  EXPECT_FALSE(encoder.prepare(write_of("M\xfc\nller"), 0));
}

}  // namespace
}  // namespace amibroker::link
