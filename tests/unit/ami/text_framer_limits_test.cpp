// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <string>

#include "tests/unit/ami/text_pieces.hpp"

namespace amibroker::ami {
namespace {

using ::testing::HasSubstr;
using Kind = TextFramer::Kind;

constexpr std::size_t step = 65536;
const std::string banner = "Asterisk Call Manager/11.0.0\r\n";
const std::string next_event = "Event: Next\r\n";

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Case {
  const char* what;
  std::string text;
  const char* why;  // empty: it is within the limits
};

class TextFramerLimits : public ::testing::TestWithParam<Case> {};

TEST_P(TextFramerLimits, BadOnceAndTheNextMessageArrives) {
  const Case& c = GetParam();
  const std::string bytes = banner + c.text + "\r\n" + next_event + "\r\n";
  for (const std::size_t size : {bytes.size(), step, std::size_t{1000}, std::size_t{1}}) {
    if (size == 1 && bytes.size() > std::size_t{12} << 20) continue;
    const auto pieces = pieces_of(bytes, size);
    ASSERT_EQ(pieces.size(), 3U) << size;
    EXPECT_EQ(pieces[1].kind == Kind::bad, *c.why != '\0') << size;
    if (*c.why != '\0') {
      EXPECT_THAT(pieces[1].text, HasSubstr(c.why)) << size;
    } else {
      EXPECT_EQ(pieces[1].text, c.text) << size;
    }
    EXPECT_EQ(pieces[2], (OwnedPiece{Kind::event, next_event})) << size;
  }
}

const std::string long_header = "X: " + std::string(996, 'x') + "\n";       // 1,000 bytes
const std::string large_event = "Event: A\n" + repeated(long_header, 262);  // 135 bytes below the limit
const std::string large_reply = "Response: Success\n" + repeated(long_header, (max_reply_bytes - 18) / 1000);

INSTANTIATE_TEST_SUITE_P(
    Table, TextFramerLimits,
    ::testing::Values(
        Case{"longest line", "Event: " + std::string(max_line_bytes - 7, 'x') + "\r\n", ""},
        Case{"line too long", "Event: " + std::string(max_line_bytes - 6, 'x') + "\r\n", "line of more than 64 KiB"},
        Case{"line too long with a line feed", "Event: " + std::string(max_line_bytes - 6, 'x') + "\n", "64 KiB"},
        Case{"later line too long", "Response: A\r\nX: " + std::string(100'000, 'x') + "\r\nY: 1\r\n", "64 KiB"},
        Case{"most headers", "Event: A\r\n" + repeated("X: 1\r\n", max_event_headers - 1), ""},
        Case{"a header too many", "Event: A\r\n" + repeated("X: 1\r\n", max_event_headers), "1,000 headers"},
        Case{"ten thousand headers", "Event: A\r\n" + repeated("X: 1\r\n", 10'000), "1,000 headers"},
        Case{"largest event", large_event + "X:" + std::string(132, 'x') + "\n", ""},
        Case{"event too large", large_event + "X:" + std::string(133, 'x') + "\n", "256 KiB"},
        Case{"event of ten megabytes", "Event: A\n" + repeated(std::string(30'000, 'x') + "\n", 350), "256 KiB"},
        Case{"most headers of a reply", "Response: A\r\n" + repeated("O: 1\r\n", max_reply_headers - 1), ""},
        Case{"a header too many in a reply", "Response: A\r\n" + repeated("O: 1\r\n", max_reply_headers), "200,000"},
        Case{"largest reply", large_reply + std::string(max_reply_bytes - large_reply.size() - 1, 'x') + "\n", ""},
        Case{"reply too large", large_reply + std::string(max_reply_bytes - large_reply.size(), 'x') + "\n", "16 MiB"}),
    [](const auto& info) {
      std::string name(info.param.what);
      for (char& c : name)
        if (c == ' ') c = '_';
      return name;
    });

TEST(TextFramerMemory, StaysBoundedWhileALineWithoutEndArrives) {
  TextFramer framer;
  std::vector<OwnedPiece> pieces;
  feed(framer, banner + "Event: A\r\nX: ", pieces);
  const std::string part(step, 'x');
  for (std::size_t bytes = 0; bytes < std::size_t{64} << 20; bytes += part.size()) {
    feed(framer, part, pieces);
    ASSERT_LE(framer.capacity(), std::size_t{512} << 10);
  }
  EXPECT_EQ(pieces.size(), 2U);
  feed(framer, "\r\n\r\n" + next_event + "\r\n", pieces);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[2].text, next_event);
}

TEST(TextFramerMemory, StaysBoundedWhileAnEventOfManyMegabytesArrives) {
  TextFramer framer;
  std::vector<OwnedPiece> pieces;
  feed(framer, banner + "Event: A\r\n", pieces);
  const std::string part = repeated(long_header, 64);
  for (std::size_t bytes = 0; bytes < std::size_t{64} << 20; bytes += part.size()) {
    feed(framer, part, pieces);
    ASSERT_LE(framer.capacity(), 4 * max_event_bytes);
  }
  feed(framer, "\r\n", pieces);
  EXPECT_EQ(pieces.size(), 2U);
}

TEST(TextFramerMemory, ShrinksAgainAfterALargeReply) {
  TextFramer framer;
  std::vector<OwnedPiece> pieces;
  feed(framer, banner, pieces);
  for (std::size_t at = 0; at < large_reply.size(); at += step)
    feed(framer, std::string_view(large_reply).substr(at, step), pieces);
  EXPECT_LE(framer.capacity(), 2 * (max_reply_bytes + 2 * step));
  feed(framer, "\n", pieces);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].text, large_reply);
  feed(framer, next_event + "\r\n", pieces);
  EXPECT_EQ(pieces.size(), 3U);
  EXPECT_LE(framer.capacity(), std::size_t{128} << 10);
}

TEST(TextFramerMemory, SmallMessagesAreReadInTheFirstBuffer) {
  TextFramer framer;
  std::vector<OwnedPiece> pieces;
  feed(framer, banner, pieces);
  (void)framer.room(step);
  const std::size_t capacity = framer.capacity();
  const std::string part = repeated(next_event + "\r\n", step / 15) + "Event";
  for (int round = 0; round < 100; ++round) feed(framer, round % 2 == 0 ? part : std::string(": B\r\n\r\n"), pieces);
  EXPECT_LE(framer.capacity(), 2 * capacity);
}

TEST(TextFramerBanner, TheLongestIsGivenAndAnythingLongerIsNotAmi) {
  const std::string longest(max_banner_bytes, 'b');
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}}) {
    EXPECT_EQ(pieces_of(longest + "\r\nEvent: A\r\n\r\n", size),
              (std::vector<OwnedPiece>{{Kind::banner, longest}, {Kind::event, "Event: A\r\n"}}));
    EXPECT_EQ(pieces_of(longest + "b\r\nEvent: A\r\n\r\n", size),
              (std::vector<OwnedPiece>{{Kind::bad, "its first line has more than 256 bytes"}}));
  }
}

TEST(TextFramerBanner, NothingIsStoredOfAServiceThatIsNoAmiAndARestartForgetsIt) {
  TextFramer framer;
  std::vector<OwnedPiece> pieces;
  for (int i = 0; i < 1000; ++i) feed(framer, std::string(step, 'x'), pieces);
  EXPECT_EQ(pieces.size(), 1U);
  EXPECT_LE(framer.capacity(), 2 * step);
  framer.restart();
  feed(framer, banner, pieces);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].kind, Kind::banner);
}

}  // namespace
}  // namespace amibroker::ami
