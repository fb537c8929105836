// SPDX-License-Identifier: Apache-2.0
#include "core/ami/message_list.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/ami/heap.hpp"

namespace amibroker::ami {
namespace {

/// A message whose text goes away with it.
struct Text {
  explicit Text(std::vector<std::pair<std::string, std::string>> headers) : kept(std::move(headers)) {
    for (const auto& [name, value] : kept) fields.push_back({name, value});
  }
  [[nodiscard]] Message message() const { return Message(fields); }
  std::vector<std::pair<std::string, std::string>> kept;
  std::vector<Field> fields;
};

[[nodiscard]] bool add(MessageList& list, std::vector<std::pair<std::string, std::string>> headers) {
  return list.add(Text(std::move(headers)).message());
}

TEST(MessageList, KeepsWhatItWasGivenAfterTheInputIsGone) {
  MessageList list;
  ASSERT_TRUE(add(list, {{"Response", "Success"}, {"EventList", "start"}}));
  ASSERT_TRUE(add(list, {{"Event", "DeviceStateChange"}, {"Device", "PJSIP/1"}, {"Empty", ""}}));
  const auto messages = list.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0]["Response"], "Success");
  EXPECT_EQ(messages[1].size(), 3U);
  EXPECT_EQ(messages[1]["Device"], "PJSIP/1");
  EXPECT_EQ(messages[1].find("Empty"), "");
  EXPECT_EQ(list.fields(), 5U);
}

TEST(MessageList, WhatItHoldsDoesNotMoveWhileItGrows) {
  MessageList list;
  ASSERT_TRUE(add(list, {{"Device", "first"}}));
  const Message first = list.messages().front();
  const char* const where = first["Device"].data();
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(add(list, {{"Device", std::to_string(i)}}));
  EXPECT_EQ(first["Device"], "first");
  EXPECT_EQ(list.messages().front()["Device"].data(), where);
  EXPECT_EQ(list.messages()[77'778]["Device"], "77777");
}

TEST(MessageList, ANameThatEveryItemHasIsKeptOnce) {
  MessageList list;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(add(list, {{"LongNameOfAHeader", "v"}, {"State", "s"}}));
  EXPECT_EQ(list.bytes(), 17U + 5U + 10U * 2U);
  ASSERT_TRUE(add(list, {{"State", "s"}, {"LongNameOfAHeader", "v"}}));  // in other places
  EXPECT_EQ(list.messages().back()["State"], "s");
  EXPECT_EQ(list.bytes(), 2U * (17U + 5U) + 11U * 2U);
}

TEST(MessageList, EachLimitHoldsAndTheListIsAsBefore) {
  MessageList list({.items = 3, .fields = 6, .bytes = 40});
  ASSERT_TRUE(add(list, {{"A", "1"}, {"B", "2"}}));
  EXPECT_FALSE(add(list, {{"A", std::string(40, 'x')}}));
  EXPECT_EQ(list.flaw(), "it has more than 40 bytes");
  EXPECT_FALSE(add(list, {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}}));
  EXPECT_EQ(list.flaw(), "it has more than 6 headers");
  ASSERT_TRUE(add(list, {{"A", "3"}}));
  ASSERT_TRUE(add(list, {{"A", "4"}}));
  EXPECT_FALSE(add(list, {{"A", "5"}}));
  EXPECT_EQ(list.flaw(), "it has more than 3 items");
  ASSERT_EQ(list.messages().size(), 3U);
  EXPECT_EQ(list.messages().back()["A"], "4");
  EXPECT_EQ(list.fields(), 4U);
}

TEST(MessageList, ClearingItGivesItsMemoryBackAndMakesRoom) {
  if (heap_in_use() == 0) GTEST_SKIP() << "this allocator does not say what is in use";
  const std::size_t before = heap_in_use();
  MessageList list;
  const std::string value(1000, 'x');
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(add(list, {{"Device", value}}));
  EXPECT_GT(heap_in_use(), before + 20'000'000);
  list.clear();
  EXPECT_LT(heap_in_use(), before + 100'000);
  EXPECT_TRUE(list.messages().empty());
  EXPECT_EQ(list.bytes(), 0U);
  ASSERT_TRUE(add(list, {{"Device", "again"}}));
  EXPECT_EQ(list.messages().front()["Device"], "again");
}

}  // namespace
}  // namespace amibroker::ami
