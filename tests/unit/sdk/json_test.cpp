// SPDX-License-Identifier: Apache-2.0
#include "amibroker/json.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

#include "amibroker/testing/message_builder.hpp"

namespace amibroker::testing {
namespace {

std::string json_of(const Message& message) {
  std::string out;
  EXPECT_TRUE(append_json(out, message));
  return out;
}

std::string json_of(std::string_view text) {
  std::string out;
  EXPECT_TRUE(append_json(out, text));
  return out;
}

TEST(Json, HasTheHeadersInOrder) {
  MessageBuilder message("Hangup");
  message.add("Channel", "PJSIP/100-1").add("Empty", "");
  EXPECT_EQ(json_of(message.message()), R"({"Event":"Hangup","Channel":"PJSIP/100-1","Empty":""})");
  EXPECT_EQ(json_of(Message()), "{}");
}

TEST(Json, MakesAnArrayOfARepeatedHeader) {
  MessageBuilder message("E");
  message.add("Output", "a").add("Other", "x").add("OUTPUT", "b").add("output", "c");
  EXPECT_EQ(json_of(message.message()), R"({"Event":"E","Output":["a","b","c"],"Other":"x"})");
}

TEST(Json, EscapesWhatJsonDoesNotTake) {
  EXPECT_EQ(json_of("\"\\\n\r\t\x01\x1f/\x7f"), "\"\\\"\\\\\\n\\r\\t\\u0001\\u001f/\x7f\"");
  EXPECT_EQ(json_of(std::string_view("\0", 1)), "\"\\u0000\"");
  EXPECT_EQ(json_of("ä€😀"), "\"ä€😀\"");
}

TEST(Json, ReplacesEachByteThatIsNotUtf8) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(json_of("a\xff\xfe"
                    "b"),
            '"' + std::string("a") + mark + mark + "b\"");
  for (const std::string_view bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\xe0\x80\x80",
                                     "\xf0\x80\x80\x80", "\xf0\x9f\x98"}) {
    std::string expected = "\"";
    for (std::size_t i = 0; i < bad.size(); ++i) expected += mark;
    EXPECT_EQ(json_of(bad), expected + '"');
  }
}

TEST(Json, IsValidWhateverTheBytes) {
  std::mt19937 random(1);
  simdjson::dom::parser parser;
  for (int round = 0; round < 3000; ++round) {
    MessageBuilder message("E");
    for (int header = 0; header < 4; ++header) {
      std::string value(random() % 9, '\0');
      for (char& c : value) c = static_cast<char>(random() % 2 == 0 ? random() : 0xc0 + random() % 0x40);
      message.add(header < 2 ? "Same" : value, value);
    }
    const std::string json = json_of(message.message());
    ASSERT_TRUE(simdjson::validate_utf8(json));
    simdjson::dom::element parsed;
    ASSERT_EQ(parser.parse(json).get(parsed), simdjson::SUCCESS) << json;
    ASSERT_TRUE(parsed["Same"].is_array());
  }
}

TEST(Json, IsBounded) {
  std::string out = "before";
  const std::string exact = R"({"Event":"E","A":"bc"})";
  MessageBuilder message("E");
  message.add("A", "bc");
  EXPECT_FALSE(append_json(out, message.message(), exact.size() - 1));
  EXPECT_EQ(out, "before");
  EXPECT_TRUE(append_json(out, message.message(), exact.size()));
  EXPECT_EQ(out, "before" + exact);
  EXPECT_FALSE(append_json(out, std::string(longest_json, 'x')));
  EXPECT_FALSE(append_json(out, std::string_view("abc"), 4));
  EXPECT_EQ(out, "before" + exact);
}

TEST(Json, OfManyRepeatsTakesNoTimeThatGrowsWithTheirSquare) {
  std::vector<std::string> names;
  for (int i = 0; i < 100'000; ++i) names.push_back("n" + std::to_string(i % 50'000));
  std::vector<Field> fields;
  for (const std::string& name : names) fields.push_back({name, "v"});
  std::string out;
  // 5e9 comparisons would take minutes, and the test's time limit would end it.
  EXPECT_TRUE(append_json(out, Message(fields), 10'000'000));
}

}  // namespace
}  // namespace amibroker::testing
