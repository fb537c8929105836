// SPDX-License-Identifier: Apache-2.0
#include "core/ami/json_encoder.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace amibroker::ami {
namespace {

std::string encode(const Action& action, std::uint64_t id = 7) {
  std::string out = "what was there before";
  encode_json(action, id, out);
  return out;
}

TEST(JsonEncoder, UsualAction) {
  Action action("Setvar");
  action.add("Variable", "DEVICE_STATE(Custom:PJSIP/100)").add("Value", "INUSE");
  EXPECT_EQ(encode(action),
            R"j({"Action":"Setvar","ActionID":"7","Variable":"DEVICE_STATE(Custom:PJSIP/100)","Value":"INUSE"})j");
}

TEST(JsonEncoder, ActionWithoutHeaders) { EXPECT_EQ(encode(Action("Ping"), 0), R"({"Action":"Ping","ActionID":"0"})"); }

TEST(JsonEncoder, QuotesAndBackslashesComeBackUnchanged) {
  Action action("Setvar");
  action.add("Value", R"(a "quoted" \ text\)").add("Other", "M\xc3\xbcller");
  const auto json = nlohmann::json::parse(encode(action));
  EXPECT_EQ(json["Value"], R"(a "quoted" \ text\)");
  EXPECT_EQ(json["Other"], "M\xc3\xbcller");
}

TEST(JsonEncoder, RepeatedHeaderBecomesOneArrayInOrder) {
  Action action("Originate");
  action.add("Variable", "a=1").add("Channel", "Local/1").add("variable", "b=\"2\"").add("Variable", "c=3");
  EXPECT_EQ(encode(action),
            R"({"Action":"Originate","ActionID":"7","Variable":["a=1","b=\"2\"","c=3"],"Channel":"Local/1"})");
}

TEST(JsonEncoder, LargestActionId) {
  EXPECT_EQ(encode(Action("Ping"), UINT64_MAX), R"({"Action":"Ping","ActionID":"18446744073709551615"})");
}

TEST(Action, ResetForgetsTheHeadersBefore) {
  Action action("Setvar");
  action.add("Variable", "x");
  action.reset("Ping");
  EXPECT_EQ(encode(action), R"({"Action":"Ping","ActionID":"7"})");
}

}  // namespace
}  // namespace amibroker::ami
