// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/wire.hpp"

#include <gmock/gmock.h>

#include <ostream>
#include <string>

namespace amibroker::sim {
namespace {

using enum Module;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(EventFrame, OfTheOriginalKeepsTheLastOfARepeatedHeaderInItsFirstPlace) {
  EXPECT_EQ(event_frame(original, {{"Event", "A"}, {"V", "1"}, {"W", "2"}, {"V", "3"}}, {7}),
            R"({"Event":"A","V":"3","W":"2"})");
}

TEST(EventFrame, OfTheOriginalLosesWhatIsNotUtf8AndBlanks) {
  EXPECT_EQ(event_frame(original, {{"Event", "A"}, {"Bad", "\xff"}, {"Blank", " x "}, {"Good", "\xc3\xbc"}}, {1}),
            "{\"Event\":\"A\",\"Blank\":\"x\",\"Good\":\"\xc3\xbc\"}");
}

TEST(EventFrame, OfOursHasArraysRepairedTextAndTheSequenceLast) {
  EXPECT_EQ(event_frame(ours, {{"Event", "A"}, {"V", "1"}, {"V", "2"}, {"V", "3"}, {"W", "\xff "}}, {7}),
            "{\"Event\":\"A\",\"V\":[\"1\",\"2\",\"3\"],\"W\":\"\xef\xbf\xbd \",\"ZmqSequence\":\"7\"}");
}

TEST(EventFrame, OfOursHasTheModulesNumbersOnly) {
  const Fields forged{{"Event", "A"}, {"ZmqSequence", "7"}, {"ZmqNameSequence", "8"}, {"ZmqNamePrevious", "9"}};
  EXPECT_EQ(event_frame(ours, forged, {3, 2, 1}),
            R"({"Event":"A","ZmqNamePrevious":"1","ZmqNameSequence":"2","ZmqSequence":"3"})");
  EXPECT_EQ(event_frame(ours, forged, {3}), R"({"Event":"A","ZmqSequence":"3"})");
}

TEST(LoadZmqFrame, OfTheOriginalHasItsBlank) {
  EXPECT_EQ(load_zmq_frame(original, {1, 1, 0}), R"({"Event": "LoadZmq"})");
  EXPECT_EQ(load_zmq_frame(ours, {9, 2, 1}),
            R"({"Event":"LoadZmq","ZmqNamePrevious":"1","ZmqNameSequence":"2","ZmqSequence":"9"})");
}

TEST(RefusalFrame, OfTheOriginalIsTwoObjectsWithoutActionId) {
  EXPECT_EQ(refusal_frame(original, "7", "no"), R"([{"Response":"Error"},{"Message":"Internal error."}])");
  EXPECT_EQ(refusal_frame(ours, "7", "no"), R"([{"Response":"Error","ActionID":"7","Message":"no"}])");
  EXPECT_EQ(refusal_frame(ours, "", "no"), R"([{"Response":"Error","Message":"no"}])");
}

struct BadAction {
  Module module;
  std::string frame;
};

void PrintTo(const BadAction& action, std::ostream* out) {
  *out << (action.module == original ? "original " : "ours ") << action.frame.substr(0, 60);
}

class Unreadable : public ::testing::TestWithParam<BadAction> {};

TEST_P(Unreadable, ActionIsAnError) {
  EXPECT_THAT(parse_action(GetParam().module, GetParam().frame).error, Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(
    Frames, Unreadable,
    ::testing::Values(BadAction{original, ""}, BadAction{ours, ""}, BadAction{original, "{"}, BadAction{ours, "[]"},
                      BadAction{original, R"({"action":"Ping"})"}, BadAction{ours, R"({"Act":"Ping"})"},
                      BadAction{original, R"({"Action":"UserEvent","X":")" + std::string(10240, 'x') + R"("})"},
                      BadAction{ours, R"({"Action":"Ping","X":7})"},
                      BadAction{ours, R"({"Action":"Ping","X":["a",null]})"},
                      BadAction{ours, R"({"Action":"Ping","X":"a\r\nAction: Originate"})"}));

TEST(ParsedAction, OfTheOriginalTurnsOtherTypesIntoNull) {
  const auto action = parse_action(original, R"({"X":7,"Action":"Ping","ActionID":"1"})");
  EXPECT_EQ(action.fields, (Fields{{"Action", "Ping"}, {"X", "(null)"}, {"ActionID", "1"}}));
  EXPECT_EQ(action.action_id, "1");
}

TEST(ParsedAction, OfOursTakesAnyCaseAndArrays) {
  const auto action = parse_action(ours, R"({"action":"Ping","actionid":"1","X":["a","b"]})");
  EXPECT_EQ(action.error, "");
  EXPECT_EQ(action.fields, (Fields{{"Action", "Ping"}, {"actionid", "1"}, {"X", "a"}, {"X", "b"}}));
  EXPECT_EQ(action.action_id, "1");
}

TEST(ParsedAction, OfOursKeepsTheActionIdOfAnError) {
  const auto action = parse_action(ours, R"({"Action":"Ping","ActionID":"9","X":7})");
  EXPECT_EQ(action.action_id, "9");
  EXPECT_THAT(action.error, HasSubstr("'X'"));
}

}  // namespace
}  // namespace amibroker::sim
