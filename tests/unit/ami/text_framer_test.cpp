// SPDX-License-Identifier: Apache-2.0
#include "core/ami/text_framer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/ami/text_pieces.hpp"

namespace amibroker::ami {
namespace {

using Kind = TextFramer::Kind;

const OwnedPiece the_banner{Kind::banner, "Asterisk Call Manager/11.0.0"};
const std::string banner = the_banner.text + "\r\n";

TEST(TextFramer, BannerEventsAndReplies) {
  EXPECT_EQ(pieces_of(banner + "Event: A\r\nX: 1\r\n\r\nResponse: Success\r\n\r\neVENT:B\r\n\r\nEvents: C\r\n\r\n"),
            (std::vector<OwnedPiece>{the_banner,
                                     {Kind::event, "Event: A\r\nX: 1\r\n"},
                                     {Kind::reply, "Response: Success\r\n"},
                                     {Kind::event, "eVENT:B\r\n"},
                                     {Kind::reply, "Events: C\r\n"}}));
}

TEST(TextFramer, LineEndsMayBeMixed) {
  EXPECT_EQ(pieces_of("Banner\nEvent: A\nX: 1\r\n\nEvent: B\r\nY: 2\n\r\nResponse: C\n\n"),
            (std::vector<OwnedPiece>{{Kind::banner, "Banner"},
                                     {Kind::event, "Event: A\nX: 1\r\n"},
                                     {Kind::event, "Event: B\r\nY: 2\n"},
                                     {Kind::reply, "Response: C\n"}}));
}

TEST(TextFramer, EmptyLinesBetweenMessagesAreSkipped) {
  EXPECT_EQ(pieces_of(banner + "\r\n\n\r\nEvent: A\r\n\r\n\r\n\n\nResponse: B\r\n\r\n\r\n", 1),
            (std::vector<OwnedPiece>{the_banner, {Kind::event, "Event: A\r\n"}, {Kind::reply, "Response: B\r\n"}}));
}

TEST(TextFramer, ALoneCarriageReturnIsPartOfItsLine) {
  const std::string text = "Event: A\r\n\rX: \r1\r\r\nY: 2\r\n";
  EXPECT_EQ(pieces_of(banner + text + "\r\n", 1), (std::vector<OwnedPiece>{the_banner, {Kind::event, text}}));
}

TEST(TextFramer, OtherBytesArePassedOnAsTheyAre) {
  std::string text = "Event: A\r\nX: ";
  for (int byte = 0; byte < 256; ++byte)
    if (byte != '\n') text += static_cast<char>(byte);
  text += "\r\n";
  EXPECT_EQ(pieces_of(banner + text + "\r\n"), (std::vector<OwnedPiece>{the_banner, {Kind::event, text}}));
}

TEST(TextFramer, AnEmptyLineIsFoundWhereverItIsInABlock) {
  for (const std::string line_end : {"\r\n", "\n"}) {
    for (std::size_t size = 0; size < 200; ++size) {
      const std::string text = "Event: " + std::string(size, 'x') + line_end;
      const std::string bytes = banner + text + line_end + "Response: B" + line_end + line_end;
      const std::vector<OwnedPiece> expected{the_banner, {Kind::event, text}, {Kind::reply, "Response: B" + line_end}};
      ASSERT_EQ(pieces_of(bytes), expected) << size;
      ASSERT_EQ(pieces_of(bytes, 1), expected) << size;
    }
  }
}

TEST(TextFramer, NoInputGivesNoPieces) {
  TextFramer framer;
  EXPECT_EQ(framer.next().kind, Kind::incomplete);
  (void)framer.room(0);
  framer.added(0);
  EXPECT_EQ(framer.next().kind, Kind::incomplete);
}

TEST(TextFramer, AfterARestartABannerComesFirstAndNothingIsLeftOfTheOldConnection) {
  TextFramer framer;
  std::vector<OwnedPiece> pieces;
  feed(framer, banner + "Event: half", pieces);
  framer.restart();
  feed(framer, banner + "Event: whole\r\n\r\n", pieces);
  EXPECT_EQ(pieces, (std::vector<OwnedPiece>{the_banner, the_banner, {Kind::event, "Event: whole\r\n"}}));
}

// 4 MiB of a message, byte by byte: looking at all of it again each time would take hours.
TEST(TextFramer, AHalfMessageIsNotLookedAtAgain) {
  std::string bytes = banner + "Response: Success\r\n";
  while (bytes.size() < std::size_t{4} << 20) bytes += "Output: " + std::string(100, 'x') + "\r\n";
  bytes += "\r\n";
  const auto pieces = pieces_of(bytes, 1);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].kind, Kind::reply);
}

class RecordedSession : public ::testing::TestWithParam<const char*> {
 protected:
  std::string session_ = recorded_session(GetParam());
  std::vector<OwnedPiece> whole_ = pieces_of(session_);
};

TEST_P(RecordedSession, NothingOfItIsLost) {
  std::string again;
  for (const auto& piece : whole_) {
    EXPECT_NE(piece.kind, Kind::bad) << piece.text;
    again += piece.text + "\r\n";
  }
  EXPECT_EQ(again, session_);
  EXPECT_GT(std::count_if(whole_.begin(), whole_.end(), [](const auto& p) { return p.kind == Kind::event; }), 300);
  EXPECT_GT(std::count_if(whole_.begin(), whole_.end(), [](const auto& p) { return p.kind == Kind::reply; }), 10);
}

TEST_P(RecordedSession, GivesTheSamePiecesHoweverItArrives) {
  for (const std::size_t step : {1U, 2U, 3U, 7U, 63U, 64U, 65U, 1000U, 4096U})
    EXPECT_EQ(pieces_of(session_, step), whole_) << step;
}

// The bytes after the cut matter only up to the message after it, so not every cut has to read the whole again.
TEST_P(RecordedSession, GivesTheSamePiecesCutAtAnyByte) {
  constexpr std::size_t around = 3000;
  TextFramer framer;
  std::vector<OwnedPiece> expected;
  std::vector<OwnedPiece> pieces;
  for (std::size_t from = 0; from < session_.size(); from += around) {
    const std::string window = banner + session_.substr(from, 2 * around);
    expected = pieces_of(window);
    for (std::size_t cut = 0; cut <= window.size(); ++cut) {
      framer.restart();
      pieces.clear();
      feed(framer, std::string_view(window).substr(0, cut), pieces);
      feed(framer, std::string_view(window).substr(cut), pieces);
      ASSERT_EQ(pieces, expected) << from << " " << cut;
    }
  }
}

TEST_P(RecordedSession, GivesTheSameMessagesWithLineFeeds) {
  const auto pieces = pieces_of(with_line_feeds(session_));
  ASSERT_EQ(pieces.size(), whole_.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].kind, whole_[i].kind);
    EXPECT_EQ(pieces[i].text, with_line_feeds(whole_[i].text));
  }
}

INSTANTIATE_TEST_SUITE_P(Asterisk, RecordedSession, ::testing::Values("16", "22"));

}  // namespace
}  // namespace amibroker::ami
