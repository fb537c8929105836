// SPDX-License-Identifier: Apache-2.0
#include "core/ami/plain_json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker::ami {
namespace {

bool object(std::string_view json) {
  std::vector<Field> fields;
  return read_plain_object(json, fields);
}

TEST(PlainJson, ReadsMembersInOrder) {
  std::vector<Field> fields;
  ASSERT_TRUE(read_plain_object(R"({"Event":"A","X":"","X":"b c"})", fields));
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[0].name, "Event");
  EXPECT_EQ(fields[0].value, "A");
  EXPECT_EQ(fields[1].value, "");
  EXPECT_EQ(fields[2].value, "b c");
}

TEST(PlainJson, ReadsAnArrayOfOne) {
  std::vector<Field> fields;
  ASSERT_TRUE(read_plain_array_of_one(R"([{"Response":"Success","ActionID":"7"}])", fields));
  EXPECT_EQ(fields.at(1).value, "7");
}

TEST(PlainJson, LeavesEverythingElseToTheParser) {
  for (const char* json :
       {"", "{", "{}", R"({"A":"B"} )", R"( {"A":"B"})", R"({"A": "B"})", R"({"A":"B",})", R"({"A":"B"}})",
        R"({"A":7})", R"({"A":["B"]})", R"({"A":"\u0041"})", "{\"A\":\"\xc3\xbc\"}", "{\"A\":\"a\nb\"}",
        "{\"A\":\"\x7f\"}", R"({"A":"B)", R"({"A")", R"({A:"B"})", R"([{"A":"B"}])"})
    EXPECT_FALSE(object(json)) << json;
  std::vector<Field> fields;
  for (const char* json : {"", "[", "[]", R"([{"A":"B"},{"C":"D"}])", R"([{"A":"B"}]x)", R"({"A":"B"})"})
    EXPECT_FALSE(read_plain_array_of_one(json, fields)) << json;
}

TEST(PlainJson, NoCutOfAMessageIsTakenForAWholeOne) {
  const std::string whole = R"({"Event":"A","Privilege":"call,all"})";
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(object(std::string(whole, 0, size))) << size;
}

}  // namespace
}  // namespace amibroker::ami
