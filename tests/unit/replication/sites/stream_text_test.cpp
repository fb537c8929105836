// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/stream_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace amibroker::replication {
namespace {

TEST(StreamText, LinesComeOutAsTheyWentIn) {
  std::string text;
  add_line(text, {LineKind::one_way, "Custom:PJSIP/100", "INUSE", 0});
  add_line(text, {LineKind::dated, "CustomPresence:SIP:foo", "away,a b,c", 77});
  add_line(text, {LineKind::gone, "Custom:PJSIP/7", "", 0});
  add_line(text, {LineKind::shared, "CustomPresence:100", "not_set", 18446744073709551615U});
  EXPECT_EQ(text,
            "=Custom:PJSIP/100\tINUSE\n@CustomPresence:SIP:foo\taway,a b,c\t77\n-Custom:PJSIP/7\n"
            "~CustomPresence:100\tnot_set\t18446744073709551615\n");
  LineReader reader(text);
  const auto one_way = reader.next();
  ASSERT_TRUE(one_way);
  EXPECT_EQ(one_way->kind, LineKind::one_way);
  EXPECT_EQ(one_way->name, "Custom:PJSIP/100");
  EXPECT_EQ(one_way->value, "INUSE");
  const auto dated = reader.next();
  ASSERT_TRUE(dated);
  EXPECT_EQ(dated->stamp, 77U);
  EXPECT_EQ(dated->value, "away,a b,c");
  EXPECT_EQ(reader.next()->kind, LineKind::gone);
  EXPECT_EQ(reader.next()->stamp, 18446744073709551615U);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.bad(), 0U);
}

TEST(StreamText, LinesThatMakeNoSenseAreCountedAndPassedOver) {
  const std::vector<std::string> bad{
      "",
      "?name\tvalue",
      "=\tINUSE",
      "=name",
      "=name\t",
      "=name\tvalue\t5",
      "=na\rme\tvalue",
      "=name\tva\x01lue",
      "=name\tva\x7flue",
      "-name\tvalue",
      "-",
      "~name\tvalue",
      "~name\tvalue\t",
      "~name\tvalue\t-1",
      "~name\tvalue\t5 ",
      "~name\tvalue\t18446744073709551616",
      "@name\tvalue\t5\t6",
      "=" + std::string(LineReader::longest_name + 1, 'n') + "\tvalue",
      "=name\t" + std::string(LineReader::longest_value + 1, 'v'),
  };
  for (const std::string& line : bad) {
    const std::string text = line + "\n=good\tvalue\n";
    LineReader reader(text);
    const auto good = reader.next();
    ASSERT_TRUE(good) << line;
    EXPECT_EQ(good->name, "good") << line;
    EXPECT_EQ(reader.bad(), 1U) << line;
  }
}

TEST(StreamText, TheRestIsWhatWasNotRead) {
  LineReader reader("=a\tx\n=b\ty\n");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.rest(), "=b\ty\n");
}

TEST(StreamText, HeadsOfMessages) {
  const std::string text = head_text(StreamHead{1'767'225'600'000, 812}) + "=a\tx\n";
  std::string_view rest = text;
  const auto head = take_stream_head(rest);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->epoch, 1'767'225'600'000U);
  EXPECT_EQ(head->number, 812U);
  EXPECT_EQ(rest, "=a\tx\n");
  for (std::string_view bad : {"", "1", "1 ", "a 2", "1 2 3", "-1 2", "1 99999999999999999999"})
    EXPECT_FALSE(take_stream_head(bad)) << bad;
}

TEST(StreamText, QuestionsAndParts) {
  const std::string asked = question_text({7, "rCustomPresence:a b"});
  const auto question = read_question(asked);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->epoch, 7U);
  EXPECT_EQ(question->cursor, "rCustomPresence:a b");
  EXPECT_FALSE(read_question("x k0"));

  const std::string text = head_text(PartHead{7, 9, true, "rCustomPresence:a b"}) + "=a\tx\n";
  std::string_view rest = text;
  const auto head = take_part_head(rest);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->number, 9U);
  EXPECT_TRUE(head->complete);
  EXPECT_EQ(head->cursor, "rCustomPresence:a b");
  EXPECT_EQ(rest, "=a\tx\n");
  for (std::string_view bad : {"", "7 9 1", "7 9 1 ", "7 9 2 -", "7 x 1 -"}) EXPECT_FALSE(take_part_head(bad)) << bad;
}

Heartbeat some_heartbeat() {
  Heartbeat heartbeat;
  heartbeat.epoch = 5;
  heartbeat.life = {17, 18};
  heartbeat.speaks = true;
  heartbeat.ready = true;
  heartbeat.leads = true;
  heartbeat.filtered = true;
  heartbeat.reach = 3;
  heartbeat.unix_ms = -4;
  heartbeat.variant = 0xfedcba9876543210U;
  heartbeat.streams.push_back({"", 8, 2, 0xabcU, std::vector<std::uint32_t>(Registers::parts, 0xffffffffU)});
  heartbeat.streams.push_back({"north", 0, 0, 0, std::vector<std::uint32_t>(Registers::parts, 0)});
  heartbeat.systems = {"pbx 1", "pbx2"};
  return heartbeat;
}

TEST(StreamText, AHeartbeatComesOutAsItWentIn) {
  const auto read = read_heartbeat(heartbeat_text(some_heartbeat()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->epoch, 5U);
  EXPECT_EQ(read->life, (Life{17, 18}));
  EXPECT_TRUE(read->speaks);
  EXPECT_TRUE(read->ready);
  EXPECT_TRUE(read->leads);
  EXPECT_FALSE(read->complete);
  EXPECT_TRUE(read->filtered);
  EXPECT_EQ(read->reach, 3U);
  EXPECT_EQ(read->unix_ms, -4);
  EXPECT_EQ(read->variant, 0xfedcba9876543210U);
  ASSERT_EQ(read->streams.size(), 2U);
  EXPECT_EQ(read->streams[0].zone, "");
  EXPECT_EQ(read->streams[0].number, 8U);
  EXPECT_EQ(read->streams[0].count, 2U);
  EXPECT_EQ(read->streams[0].hash, 0xabcU);
  EXPECT_EQ(read->streams[0].shared.back(), 0xffffffffU);
  EXPECT_EQ(read->streams[1].zone, "north");
  EXPECT_EQ(read->systems, (std::vector<std::string>{"pbx 1", "pbx2"}));
}

/// Whatever is cut off or changed, the answer is nothing or something that is bounded: never a crash.
TEST(StreamText, AnyPieceOfAHeartbeatIsReadWithoutHarm) {
  const std::string text = heartbeat_text(some_heartbeat());
  std::size_t refused = 0;
  for (std::size_t length = 0; length < text.size(); ++length)
    refused += read_heartbeat(text.substr(0, length)) ? 0 : 1;
  EXPECT_GT(refused, text.size() / 3);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = '\n';
    static_cast<void>(read_heartbeat(other));
  }
  EXPECT_FALSE(read_heartbeat("h 1 2 3 1 1 1 1 1 1 1 0\nq\n"));
  EXPECT_FALSE(read_heartbeat("h 1 2 3 1 1 1 1 1 1 1 0 9\n"));
}

}  // namespace
}  // namespace amibroker::replication
