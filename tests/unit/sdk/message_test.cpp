// SPDX-License-Identifier: Apache-2.0
#include "amibroker/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "amibroker/testing/message_builder.hpp"

namespace amibroker {
namespace {

using ::testing::ElementsAre;

TEST(Message, HeadersAreFoundInAnyCaseAndTheFirstOfSeveralWins) {
  testing::MessageBuilder built("Hangup");
  built.add("Channel", "a").add("channel", "b");
  EXPECT_EQ(built.message()["CHANNEL"], "a");
  EXPECT_EQ(built.message().event(), "Hangup");
}

TEST(Message, AMissingHeaderDiffersFromAnEmptyOne) {
  testing::MessageBuilder built;
  built.add("Empty", "");
  EXPECT_EQ(built.message().find("Empty"), "");
  EXPECT_FALSE(built.message().find("Missing"));
  EXPECT_EQ(built.message()["Missing"], "");
  EXPECT_EQ(built.message().event(), "");
}

TEST(Message, RepeatedHeadersComeInOrder) {
  testing::MessageBuilder built;
  built.add("Output", "1").add("Other", "x").add("OUTPUT", "2");
  std::vector<std::string> values;
  built.message().each("Output", [&](std::string_view value) { values.emplace_back(value); });
  EXPECT_THAT(values, ElementsAre("1", "2"));
}

TEST(Message, NamesAreComparedInAsciiOnly) {
  EXPECT_TRUE(same_name("DeviceState", "devicestate"));
  EXPECT_FALSE(same_name("Device", "DeviceState"));
  EXPECT_FALSE(same_name("[", "{"));
  EXPECT_FALSE(same_name("\xc3\x84", "\xc3\xa4"));
}

TEST(MessageBuilder, ManyHeadersStayValid) {
  testing::MessageBuilder built;
  for (int i = 0; i < 1000; ++i) built.add(std::to_string(i), std::to_string(i));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(built.message()[std::to_string(i)], std::to_string(i));
}

}  // namespace
}  // namespace amibroker
