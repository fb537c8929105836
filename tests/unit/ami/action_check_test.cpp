// SPDX-License-Identifier: Apache-2.0
#include "core/ami/action_check.hpp"

#include <gmock/gmock.h>

namespace amibroker::ami {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* what;
  std::string action;
  std::string header;
  std::string value;
  const char* reason;  // empty: may be sent
};

class ActionCheck : public ::testing::TestWithParam<Case> {};

TEST_P(ActionCheck, SaysWhetherAndWhy) {
  const Case& c = GetParam();
  Action action(c.action);
  action.add(c.header, c.value);
  std::string reason;
  EXPECT_EQ(may_be_sent(action, reason), *c.reason == '\0') << reason;
  EXPECT_THAT(reason, HasSubstr(c.reason));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ActionCheck,
    ::testing::Values(Case{"usual", "Setvar", "Variable", "DEVICE_STATE(Custom:PJSIP/100)", ""},
                      Case{"utf-8", "Setvar", "Value", "M\xc3\xbcller \xe2\x82\xac", ""},
                      Case{"empty value", "Setvar", "Value", "", ""},
                      Case{"longest value", "Setvar", "Value", std::string(1000, 'x'), ""},
                      Case{"too long", "Setvar", "Value", std::string(1001, 'x'), "longer than 1000 bytes"},
                      Case{"longest line", "Setvar", std::string(100, 'N'), std::string(920, 'x'), ""},
                      Case{"line too long", "Setvar", std::string(100, 'N'), std::string(921, 'x'),
                           "a line of more than 1024 bytes"},
                      Case{"line end", "Setvar", "Value", "a\r\nAction: Command", "control byte"},
                      Case{"line feed", "Setvar", "Value", "a\nb", "control byte"},
                      Case{"nul", "Setvar", "Value", std::string("a\0b", 3), "control byte"},
                      Case{"unit separator", "Setvar", "Value", "\x1f", "control byte"},
                      Case{"delete", "Setvar", "Value", "\x7f", "control byte"},
                      Case{"latin-1", "Setvar", "Value", "M\xfcller", "not UTF-8"},
                      Case{"overlong", "Setvar", "Value", "\xc0\x8a", "not UTF-8"},
                      Case{"name with colon", "Setvar", "Val:ue", "x", "not made of letters"},
                      Case{"name with line end", "Setvar", "Value\r\nX", "x", "not made of letters"},
                      Case{"empty name", "Setvar", "", "x", "not made of letters"},
                      Case{"own ActionID", "Setvar", "actionid", "7", "set by the broker"},
                      Case{"second Action", "Setvar", "ACTION", "Hangup", "set by the broker"},
                      Case{"action with blank", "Set var", "Value", "x", "the action's name"},
                      Case{"empty action", "", "Value", "x", "the action's name"}),
    [](const auto& info) {
      std::string name;
      for (const char c : std::string(info.param.what)) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      return name;
    });

TEST(ActionCheck, AWireThatCarriesBytesTakesAllButControlBytes) {
  for (int byte = 0; byte < 0x100; ++byte) {
    Action action("Setvar");
    action.add("Value", std::string("ab") + static_cast<char>(byte));
    std::string reason;
    EXPECT_EQ(may_be_sent(action, reason, Bytes::any), byte >= 0x20 && byte != 0x7f) << byte;
  }
}

TEST(ActionCheck, TooManyHeaders) {
  Action action("Originate");
  for (std::size_t i = 0; i < max_action_headers; ++i) action.add("Variable", "a=b");
  std::string reason;
  EXPECT_TRUE(may_be_sent(action, reason)) << reason;
  action.add("Variable", "a=b");
  EXPECT_FALSE(may_be_sent(action, reason));
  EXPECT_THAT(reason, HasSubstr("126 headers"));
}

TEST(ActionCheck, NoByteBelowBlankPassesInAnyValue) {
  for (int byte = 0; byte < 0x20; ++byte) {
    Action action("Setvar");
    action.add("Value", std::string("ab") + static_cast<char>(byte));
    std::string reason;
    EXPECT_FALSE(may_be_sent(action, reason)) << byte;
  }
}

}  // namespace
}  // namespace amibroker::ami
