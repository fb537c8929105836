// SPDX-License-Identifier: Apache-2.0
#include "core/ami/json_decoder.hpp"

#include <gmock/gmock.h>

namespace amibroker::ami {
namespace {

using ::testing::HasSubstr;

TEST(PeekEventName, FirstKey) {
  EXPECT_EQ(peek_event_name(R"({"Event":"DeviceStateChange","Device":"PJSIP/100"})"), "DeviceStateChange");
  EXPECT_EQ(peek_event_name(R"({"Event": "LoadZmq"})"), "LoadZmq");
  EXPECT_EQ(peek_event_name("  {\n \"Event\"\t: \"A\"}"), "A");
}

TEST(PeekEventName, NothingIfOnlyDecodingCanTell) {
  for (const char* json :
       {R"({"Privilege":"call","Event":"A"})", R"({"Event":"A\u0042"})", R"({"Event":7})", R"({"Event":"never ends)",
        R"({"event":"A"})", "", "{", R"({"Event")", R"({"Event":)", "[]", "{\"Event\":\"A\nB\"}"})
    EXPECT_EQ(peek_event_name(json), "") << json;
}

constexpr auto no_numbers = std::nullopt;

EventNumbers only(std::uint64_t sequence) { return {.sequence = sequence}; }

TEST(PeekNumbers, LastKey) {
  EXPECT_EQ(peek_numbers(R"({"Event":"Hangup","Channel":"x","ZmqSequence":"4711"})"), only(4711));
  EXPECT_EQ(peek_numbers(R"({"Event":"LoadZmq","ZmqSequence":"1"})"), only(1));
  EXPECT_EQ(peek_numbers(R"({"Event":"E","V":["a","b"],"ZmqSequence":"9"})"), only(9));
  EXPECT_EQ(peek_numbers(R"({"ZmqSequence":"3"})"), only(3));
  EXPECT_EQ(peek_numbers(R"({"Event":"A","ZmqSequence":"18446744073709551615"})"), only(18446744073709551615U));
}

TEST(PeekNumbers, ThoseOfTheNameBeforeTheLastKey) {
  EXPECT_EQ(peek_numbers(R"({"Event":"A","ZmqNamePrevious":"4702","ZmqNameSequence":"17","ZmqSequence":"4711"})"),
            (EventNumbers{4711, 17, 4702}));
  EXPECT_EQ(peek_numbers(R"({"ZmqNamePrevious":"0","ZmqNameSequence":"1","ZmqSequence":"1"})"),
            (EventNumbers{1, 1, 0}));
  const std::string greatest = "18446744073709551615";
  EXPECT_EQ(peek_numbers(R"({"A":"","ZmqNamePrevious":")" + greatest + R"(","ZmqNameSequence":")" + greatest +
                         R"(","ZmqSequence":")" + greatest + "\"}"),
            (EventNumbers{18446744073709551615U, 18446744073709551615U, 18446744073709551615U}));
}

TEST(PeekNumbers, ThoseOfTheNameCountOnlyTogetherAndInTheirPlace) {
  for (const char* between :
       {R"("ZmqNameSequence":"17",)", R"("ZmqNamePrevious":"1",)", R"("ZmqNameSequence":"17","ZmqNamePrevious":"1",)",
        R"("ZmqNamePrevious":"1","ZmqNameSequence":"17","X":"y",)", R"("ZmqNamePrevious":"1","ZmqNameSequence":"",)",
        R"("ZmqNamePrevious":"x","ZmqNameSequence":"17",)", R"("ZmqNamePrevious":"1", "ZmqNameSequence":"17",)",
        R"("ZmqNamePrevious":"1","ZmqNameSequence":17,)",
        R"("X":"\"ZmqNamePrevious\":\"1\",\"ZmqNameSequence\":\"17",)", R"("X":",\"ZmqNameSequence\":\"17",)",
        R"("ZmqNamePrevious":"1","MyZmqNameSequence":"17",)",
        R"("ZmqNamePrevious":"1","ZmqNameSequence":"99999999999999999999",)"}) {
    const std::string json = R"({"Event":"A",)" + std::string(between) + R"("ZmqSequence":"4711"})";
    EXPECT_EQ(peek_numbers(json), only(4711)) << json;
  }
}

TEST(PeekNumbers, NothingIfTheModuleGaveNoNumber) {
  for (const char* json :
       {R"({"Event": "LoadZmq"})", R"({"Event":"A","ZmqSequence":"1","X":"2"})", R"({"Event":"A","ZmqSequence":"1"} )",
        R"({"Event":"A","zmqsequence":"1"})", R"({"Event":"A","ZmqNamePrevious":"1","ZmqNameSequence":"2"})"})
    EXPECT_EQ(peek_numbers(json), no_numbers) << json;
}

TEST(PeekNumbers, TextInsideAValueIsNoNumber) {
  for (const char* json :
       {R"({"Event":"A","X":"\",\"ZmqSequence\":\"7\"}"})", R"({"Event":"A","X":"ZmqSequence\":\"7"})",
        R"({"Event":"A","X":",\"ZmqSequence":"7"})", R"({"Event":"A","X":"ZmqSequence:7"})",
        R"({"Event":"A","MyZmqSequence":"7"})", R"({"Event":"A","\"ZmqSequence":"7"})"})
    EXPECT_EQ(peek_numbers(json), no_numbers) << json;
}

TEST(PeekNumbers, NothingForHostileNumbers) {
  for (const std::string value :
       {R"("")", R"("-1")", R"("+1")", R"(" 1")", R"("1 ")", R"("0x1")", R"("1e3")", R"("1.0")",
        R"("18446744073709551616")", R"("99999999999999999999")", R"("111111111111111111111")", R"(7)", R"(["7"])",
        R"({"7":"8"})", R"("\u0037")", "\"7\xff\""}) {
    const std::string json = R"({"Event":"A","ZmqSequence":)" + value + "}";
    EXPECT_EQ(peek_numbers(json), no_numbers) << json;
  }
  EXPECT_EQ(peek_numbers(std::string(100'000, '7') + "\"}"), no_numbers);
}

TEST(PeekNumbers, EveryCutOfAFrameIsHarmless) {
  const std::string whole = R"({"Event":"A","ZmqNamePrevious":"4702","ZmqNameSequence":"17","ZmqSequence":"4711"})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(peek_numbers(std::string_view(whole).substr(0, size)), no_numbers) << size;
    const std::string_view rest = std::string_view(whole).substr(whole.size() - size);
    const auto numbers = peek_numbers(rest);
    EXPECT_EQ(numbers.has_value(), rest.find(",\"ZmqSequence") != rest.npos) << rest;
    const std::uint64_t of_name = rest.find(",\"ZmqNamePrevious") != rest.npos ? 17 : 0;
    EXPECT_EQ(numbers.value_or(EventNumbers{}).name_sequence, of_name) << rest;
  }
}

TEST(JsonDecoder, EventKeepsOrderAndRepeats) {
  JsonDecoder decoder;
  const Message* message =
      decoder.decode_event(R"({"Event":"VarSet","Variable":["a","b"],"Empty":"","Variable":"c","Text":"\u00fc\"\n"})");
  ASSERT_NE(message, nullptr) << decoder.error();
  std::vector<std::string> variables;
  message->each("variable", [&](std::string_view value) { variables.emplace_back(value); });
  EXPECT_THAT(variables, ::testing::ElementsAre("a", "b", "c"));
  EXPECT_EQ(message->event(), "VarSet");
  EXPECT_EQ((*message)["EMPTY"], "");
  EXPECT_TRUE(message->find("empty").has_value());
  EXPECT_EQ((*message)["Text"], "\xc3\xbc\"\n");
  EXPECT_EQ(message->size(), 6U);
}

struct Bad {
  const char* name;
  const char* json;
  const char* reason;
};

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class BadEvent : public ::testing::TestWithParam<Bad> {};

TEST_P(BadEvent, IsRefusedWithAReason) {
  JsonDecoder decoder;
  EXPECT_EQ(decoder.decode_event(GetParam().json), nullptr);
  EXPECT_THAT(decoder.error(), HasSubstr(GetParam().reason));
  EXPECT_NE(decoder.decode_event(R"({"Event":"A"})"), nullptr) << "a good one after a bad one";
}

INSTANTIATE_TEST_SUITE_P(Table, BadEvent,
                         ::testing::Values(Bad{"empty", "", "not JSON"}, Bad{"text", "hello", "not JSON"},
                                           Bad{"half", R"({"Event":"A")", "not JSON"},
                                           Bad{"more_behind_it", R"({"Event":"A"}})", "not JSON"},
                                           Bad{"no_utf8", "{\"Event\":\"\xff\"}", "not UTF-8"},
                                           Bad{"array", R"(["Event"])", "an array where an object belongs"},
                                           Bad{"string", R"("Event")", "a string where an object belongs"},
                                           Bad{"nested", R"({"Event":"A","X":{"Y":"Z"}})", "'X' is an object"},
                                           Bad{"null", R"({"Event":"A","X":null})", "'X' is null"},
                                           Bad{"nested_array", R"({"Event":"A","X":["a",["b"]]})",
                                               "array 'X' holds an array"}),
                         [](const auto& bad) { return bad.param.name; });

TEST(JsonDecoder, ReplyOfAList) {
  JsonDecoder decoder;
  const auto messages = decoder.decode_reply(
      R"([{"Response":"Success","ActionID":"2"},{"Event":"DeviceStateChange","Device":"A"},{"EventList":"Complete"}])");
  ASSERT_EQ(messages.size(), 3U) << decoder.error();
  EXPECT_EQ(messages[0]["ActionID"], "2");
  EXPECT_EQ(messages[1]["Device"], "A");
  EXPECT_EQ(messages[2]["EventList"], "Complete");
}

TEST(JsonDecoder, ANumberOrABooleanIsTakenAsItsText) {
  JsonDecoder decoder;
  const Message* message = decoder.decode_event(
      R"({"Event":"A","Int":-7,"Big":18446744073709551615,"Real":1.5,"Yes":true,"No":[false,"x",2]})");
  ASSERT_NE(message, nullptr) << decoder.error();
  EXPECT_EQ((*message)["Int"], "-7");
  EXPECT_EQ((*message)["Big"], "18446744073709551615");
  EXPECT_EQ((*message)["Real"], "1.5");
  EXPECT_EQ((*message)["Yes"], "true");
  std::vector<std::string> repeated;
  message->each("No", [&](std::string_view value) { repeated.emplace_back(value); });
  EXPECT_EQ(repeated, (std::vector<std::string>{"false", "x", "2"}));
}

TEST(JsonDecoder, BadReplies) {
  JsonDecoder decoder;
  for (const char* json : {"", "[]", "{}", R"([{"Response":"Success"},7])", R"([[]])", "[{]", R"([{"A":null}])"})
    EXPECT_TRUE(decoder.decode_reply(json).empty()) << json;
}

TEST(JsonDecoder, LargeValueAfterSmallOnes) {
  JsonDecoder decoder;
  ASSERT_NE(decoder.decode_event(R"({"Event":"A"})"), nullptr);
  const std::string value(1024 * 1024, 'x');
  const std::string json = "{\"Event\":\"A\",\"V\":\"" + value + "\"}";
  const Message* message = decoder.decode_event(json);
  ASSERT_NE(message, nullptr) << decoder.error();
  EXPECT_EQ((*message)["V"], value);
}

TEST(JsonDecoder, EveryCutOfAFrameIsRefusedAndHarmless) {
  JsonDecoder decoder;
  const std::string whole = R"({"Event":"A","Privilege":"call,all","X":["1","\u00fc"],"Y":"z"})";
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(decoder.decode_event(std::string_view(whole).substr(0, size)), nullptr) << size;
}

}  // namespace
}  // namespace amibroker::ami
