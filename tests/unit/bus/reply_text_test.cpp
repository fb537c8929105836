// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/reply_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "amibroker/testing/message_builder.hpp"

namespace amibroker::bus {
namespace {

using amibroker::testing::MessageBuilder;
using nlohmann::json;

TEST(ReplyText, SaysWhatBecameOfTheAction) {
  EXPECT_EQ(refusal_text("pbx1", "7", Outcome::not_sent, "the server is down"),
            R"({"server":"pbx1","ActionID":"7","outcome":"not sent","text":"the server is down",)"
            R"("messages":[],"complete":true})");
}

TEST(ReplyText, HasTheMessagesOfTheAnswer) {
  MessageBuilder first("A");
  first.add("X", "1");
  MessageBuilder second("B");
  const Message messages[] = {first.message(), second.message()};
  const json answer = json::parse(reply_text("pbx1", "", {Outcome::success, "", messages}));
  EXPECT_EQ(answer.at("messages").size(), 2U);
  EXPECT_EQ(answer.at("messages")[0].at("X"), "1");
  EXPECT_TRUE(answer.at("complete"));
}

TEST(ReplyText, ALongListEndsAtABoundAndSaysSo) {
  MessageBuilder item("Item");
  item.add("Text", std::string(900, 'x'));
  const std::vector<Message> messages(1000, item.message());
  const std::string text = reply_text("pbx1", "7", {Outcome::success, "", messages});
  EXPECT_LT(text.size(), longest_messages + 1000);
  const json answer = json::parse(text);
  EXPECT_GT(answer.at("messages").size(), 60U);
  EXPECT_FALSE(answer.at("complete"));
}

TEST(ReplyText, IsJsonWhateverItHolds) {
  MessageBuilder item("Item");
  item.add("Text", "\xff\x01\"\\");
  const Message messages[] = {item.message()};
  const std::string text = reply_text("\"\n", "\xc3", {Outcome::error, std::string(100'000, 'x'), messages});
  EXPECT_TRUE(json::accept(text)) << text;
}

}  // namespace
}  // namespace amibroker::bus
