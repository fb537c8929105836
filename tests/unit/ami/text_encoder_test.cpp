// SPDX-License-Identifier: Apache-2.0
#include "core/ami/text_encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "core/ami/action_check.hpp"
#include "core/ami/text_decoder.hpp"

namespace amibroker::ami {
namespace {

std::string encode(const Action& action, std::uint64_t id = 7) {
  std::string out;
  encode_text(action, id, out);
  return out;
}

TEST(TextEncoder, UsualAction) {
  Action action("Setvar");
  action.add("Variable", "DEVICE_STATE(Custom:PJSIP/100)").add("Value", "INUSE");
  EXPECT_EQ(encode(action),
            "Action: Setvar\r\nActionID: 7\r\nVariable: DEVICE_STATE(Custom:PJSIP/100)\r\nValue: INUSE\r\n\r\n");
}

TEST(TextEncoder, ActionWithoutHeadersAndWithTheLargestId) {
  EXPECT_EQ(encode(Action("Ping"), UINT64_MAX), "Action: Ping\r\nActionID: 18446744073709551615\r\n\r\n");
}

TEST(TextEncoder, RepeatedHeadersKeepTheirOrder) {
  Action action("Originate");
  action.add("Variable", "a=1").add("Channel", "Local/1").add("variable", "b=2").add("Empty", "");
  EXPECT_EQ(encode(action),
            "Action: Originate\r\nActionID: 7\r\nVariable: a=1\r\nChannel: Local/1\r\nvariable: b=2\r\n"
            "Empty: \r\n\r\n");
}

TEST(TextEncoder, AppendsToWhatIsThere) {
  std::string out;
  encode_text(Action("Ping"), 1, out);
  encode_text(Action("Logoff"), 2, out);
  EXPECT_EQ(out, "Action: Ping\r\nActionID: 1\r\n\r\nAction: Logoff\r\nActionID: 2\r\n\r\n");
}

TEST(TextEncoder, ReadBackItIsTheSameAction) {
  Action action("Setvar");
  action.add("Value", " two blanks: and a colon ").add("Other", "M\xc3\xbcller").add("Other", "");
  const std::string text = encode(action);
  TextDecoder decoder;
  const Message* message = decoder.decode(std::string_view(text).substr(0, text.size() - 2));
  ASSERT_NE(message, nullptr);
  ASSERT_EQ(message->size(), action.size() + 2);
  auto field = message->begin() + 2;
  for (std::size_t i = 0; i < action.size(); ++i, ++field) {
    EXPECT_EQ(field->name, action[i].name);
    EXPECT_EQ(field->value, action[i].value);
  }
}

TEST(TextEncoder, BytesThatAreNotUtf8AreCarriedAsTheyAre) {
  Action action("Setvar");
  action.add("Variable", "DEVICE_STATE(Custom:PJSIP/M\xfcller)");
  EXPECT_NE(encode(action).find("\r\nVariable: DEVICE_STATE(Custom:PJSIP/M\xfcller)\r\n"), std::string::npos);
}

TEST(TextEncoder, NoLineOfAnActionThatMayBeSentIsAboveTheLimitOfAmi) {
  std::size_t longest = 0;
  for (std::size_t name_size = 1; name_size <= 110; ++name_size) {
    for (const std::size_t value_size : {900U, 980U, 999U, 1000U, 1001U}) {
      Action action("Setvar");
      action.add(std::string(name_size, 'N'), std::string(value_size, 'v'));
      std::string reason;
      if (!may_be_sent(action, reason)) continue;
      std::istringstream lines(encode(action));
      for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size() + 1);
    }
  }
  EXPECT_EQ(longest, max_line_of_action_bytes);
}

}  // namespace
}  // namespace amibroker::ami
