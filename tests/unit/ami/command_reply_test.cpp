// SPDX-License-Identifier: Apache-2.0
#include "core/ami/command_reply.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/ami/text_decoder.hpp"
#include "tests/unit/ami/text_pieces.hpp"

namespace amibroker::ami {
namespace {

using Kind = TextFramer::Kind;

const std::string banner = "Asterisk Call Manager/1.3\r\n";
const std::string head = "Response: Follows\r\nPrivilege: Command\r\nActionID: 7\r\n";
const std::string mark = "--END COMMAND--\r\n\r\n";
const std::string next_reply = "Response: Success\r\nActionID: 8\r\n\r\n";

std::vector<std::string> output_of(std::string_view text) {
  TextDecoder decoder;
  std::vector<std::string> lines;
  const Message* message = decoder.decode(text);
  if (message != nullptr) message->each("Output", [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

/// The one reply that this output makes, whatever pieces it arrives in; the next one follows it.
std::string reply_with(const std::string& output, const std::string& begin = head) {
  const std::string bytes = banner + begin + output + mark + next_reply;
  const auto pieces = pieces_of(bytes);
  EXPECT_EQ(pieces_of(bytes, 1), pieces);
  EXPECT_EQ(pieces.size(), 3U);
  if (pieces.size() != 3) return {};
  EXPECT_EQ(pieces[1].kind, Kind::reply);
  EXPECT_EQ(pieces[2].text, "Response: Success\r\nActionID: 8\r\n");
  return pieces[1].text;
}

TEST(OldCommandReply, RawLinesBecomeOutputWithoutTheMark) {
  const std::string text = reply_with("Name: x\n  indented\n:colon\n");
  EXPECT_EQ(output_of(text), (std::vector<std::string>{"Name: x", "  indented", ":colon"}));
  TextDecoder decoder;
  const Message* message = decoder.decode(text);
  ASSERT_NE(message, nullptr);
  EXPECT_EQ((*message)["Response"], "Follows");
  EXPECT_EQ((*message)["ActionID"], "7");
  EXPECT_EQ(peek_action_id(text), "7");
  EXPECT_EQ(message->find("Name"), std::nullopt);
  EXPECT_EQ(message->size(), 6U);
}

TEST(OldCommandReply, EmptyLinesDoNotEndIt) {
  EXPECT_EQ(output_of(reply_with("\n\na\n\n\nEvent: Fake\n\nb\n\n")),
            (std::vector<std::string>{"", "", "a", "", "", "Event: Fake", "", "b", ""}));
}

TEST(OldCommandReply, WithoutOutput) { EXPECT_TRUE(output_of(reply_with("")).empty()); }

TEST(OldCommandReply, WithoutActionId) {
  EXPECT_EQ(output_of(reply_with("a: b\n", "Response: Follows\r\nPrivilege: Command\r\n")),
            (std::vector<std::string>{"a: b"}));
}

TEST(OldCommandReply, OutputWithoutALineEndHasTheMarkOnItsLine) {
  EXPECT_EQ(output_of(reply_with("a\nlast")), (std::vector<std::string>{"a", "last"}));
}

TEST(OldCommandReply, TheMarkInTheOutputIsOutput) {
  EXPECT_EQ(output_of(reply_with("--END COMMAND--\n\nb\n")), (std::vector<std::string>{"--END COMMAND--", "", "b"}));
}

TEST(OldCommandReply, InLineFeeds) {
  const std::string bytes = with_line_feeds(banner + head + "a\n\nb\n" + mark + next_reply);
  const auto pieces = pieces_of(bytes, 1);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(output_of(pieces[1].text), (std::vector<std::string>{"a", "", "b"}));
}

TEST(OldCommandReply, AboveTheLimitItIsSkippedToItsMarkAndNotToAnEmptyLine) {
  std::string output;
  while (output.size() <= max_reply_bytes) output += std::string(1000, 'x') + "\n\n";
  TextFramer framer;
  std::vector<OwnedPiece> pieces;
  const std::string bytes = banner + head + output + mark + next_reply;
  for (std::size_t at = 0; at < bytes.size(); at += 65536)
    feed(framer, std::string_view(bytes).substr(at, 65536), pieces);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1], (OwnedPiece{Kind::bad, "it is a reply of more than 16 MiB"}));
  EXPECT_EQ(pieces[2].kind, Kind::reply);
}

TEST(OldCommandReply, AnotherReplyThatFollowsEndsWithItsEmptyLine) {
  const auto pieces = pieces_of(banner + "Response: Follows\r\nActionID: 7\r\n\r\n" + next_reply);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1].text, "Response: Follows\r\nActionID: 7\r\n");
}

}  // namespace
}  // namespace amibroker::ami
