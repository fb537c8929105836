// SPDX-License-Identifier: Apache-2.0
#include "core/ami/text_decoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/ami/heap.hpp"
#include "tests/unit/ami/text_pieces.hpp"

namespace amibroker::ami {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields fields_of(const Message& message) {
  Fields fields;
  for (const Field& field : message) fields.emplace_back(field.name, field.value);
  return fields;
}

Fields decode(std::string_view text) {
  TextDecoder decoder;
  const Message* message = decoder.decode(text);
  EXPECT_NE(message, nullptr);
  return message == nullptr ? Fields{} : fields_of(*message);
}

TEST(TextDecoder, SplitsEachLineAtItsFirstColonAndTakesOneBlankAway) {
  EXPECT_EQ(decode("Event: A\r\nTime: 12:34:56\r\nNone:x\r\nTwo:  indented \r\nEmpty: \r\nNothing:\r\nB : c\r\n"),
            (Fields{{"Event", "A"},
                    {"Time", "12:34:56"},
                    {"None", "x"},
                    {"Two", " indented "},
                    {"Empty", ""},
                    {"Nothing", ""},
                    {"B ", "c"}}));
}

TEST(TextDecoder, KeepsRepeatedHeadersInOrder) {
  EXPECT_EQ(decode("Response: Success\r\nOutput: a\r\nOutput:   b\r\noutput: c\r\n"),
            (Fields{{"Response", "Success"}, {"Output", "a"}, {"Output", "  b"}, {"output", "c"}}));
}

TEST(TextDecoder, ALineWithoutANameIsOutput) {
  EXPECT_EQ(decode("Response: Success\r\nno colon\r\n:begins with one\r\n : blank\r\n"),
            (Fields{{"Response", "Success"}, {"Output", "no colon"}, {"Output", ":begins with one"}, {" ", "blank"}}));
}

TEST(TextDecoder, ReadsEitherLineEndAndALastLineWithoutOne) {
  const Fields expected{{"Event", "A"}, {"X", "1"}, {"Y", "2"}};
  for (const char* text : {"Event: A\r\nX: 1\r\nY: 2\r\n", "Event: A\nX: 1\nY: 2\n", "Event: A\r\nX: 1\nY: 2"})
    EXPECT_EQ(decode(text), expected) << text;
}

TEST(TextDecoder, OtherBytesOfAValueStayAsTheyAre) {
  std::string value;
  for (int byte = 0; byte < 256; ++byte)
    if (byte != '\n') value += static_cast<char>(byte);
  EXPECT_EQ(decode("Event: A\r\nX: " + value + "\r\n"), (Fields{{"Event", "A"}, {"X", value}}));
}

TEST(TextDecoder, FindsColonsAndLineEndsWhereverTheyAreInABlock) {
  for (std::size_t name = 1; name < 140; ++name) {
    for (const std::size_t value : {0U, 1U, 40U, 61U, 62U, 63U, 64U, 130U}) {
      const Fields expected{{std::string(name, 'n'), std::string(value, ':')}, {"B", "c:d"}, {"Output", "e"}};
      const std::string text = expected[0].first + ": " + expected[0].second + "\r\nB:c:d\r\ne\r\n";
      ASSERT_EQ(decode(text), expected) << name << " " << value;
    }
  }
}

TEST(TextDecoder, GivesViewsIntoTheInput) {
  const std::string text = "Event: A\r\nX: 1\r\n";
  TextDecoder decoder;
  const Message* message = decoder.decode(text);
  ASSERT_NE(message, nullptr);
  for (const Field& field : *message) {
    EXPECT_GE(field.name.data(), text.data());
    EXPECT_LT(field.value.data(), text.data() + text.size());
  }
}

TEST(TextDecoder, SaysWhyThereIsNoMessage) {
  TextDecoder decoder;
  for (const char* text : {"", "\r\n", "\n\r\n"}) {
    EXPECT_EQ(decoder.decode(text), nullptr);
    EXPECT_EQ(decoder.error(), "it has no line");
  }
}

TEST(TextDecoder, GivesBackTheMemoryThatALargeMessageTook) {
  if (heap_in_use() == 0) GTEST_SKIP() << "this allocator does not say what is in use";
  TextDecoder decoder;
  ASSERT_NE(decoder.decode("Event: A\r\n"), nullptr);
  std::string text = "Response: Success\r\n";
  for (int i = 0; i < 100'000; ++i) text += "Output: x\r\n";
  const std::size_t before = heap_in_use();
  ASSERT_NE(decoder.decode(text), nullptr);
  EXPECT_GT(heap_in_use(), before + 3'000'000);
  ASSERT_NE(decoder.decode("Event: A\r\n"), nullptr);
  EXPECT_LT(heap_in_use(), before + 200'000);
}

TEST(PeekTextEvent, IsTheValueOfTheFirstHeaderOnly) {
  EXPECT_EQ(peek_text_event("Event: A\r\nX: 1\r\n"), "A");
  EXPECT_EQ(peek_text_event("EVENT:A"), "A");
  EXPECT_EQ(peek_text_event("Event: A B\n"), "A B");
  EXPECT_EQ(peek_text_event("Event:\r\n"), "");
  for (const char* text : {"", "Ev", "Event", "Events: A\r\n", "Response: Success\r\nEvent: A\r\n", " Event: A\r\n"})
    EXPECT_EQ(peek_text_event(text), "") << text;
}

TEST(PeekActionId, FindsItWhereverItIs) {
  for (std::size_t size = 0; size < 150; ++size) {
    const std::string before = "Event: " + std::string(size, 'A') + "\r\n";
    ASSERT_EQ(peek_action_id(before + "ActionID: 7\r\nX: 1\r\n"), "7") << size;
    ASSERT_EQ(peek_action_id(before + "X: 1\nactionid:8"), "8") << size;
  }
  EXPECT_EQ(peek_action_id("ActionID: first\r\nActionID: second\r\n"), "first");
}

TEST(PeekActionId, IsNotFoundInAnotherHeader) {
  for (const char* text : {"", "A", "ActionID", "ActionIDs: 7\r\n", "X: ActionID: 7\r\n", "XActionID: 7\r\n",
                           "Event: A\r\n ActionID: 7\r\n", "Event: A\r\nActionI: 7\r\n"})
    EXPECT_EQ(peek_action_id(text), "") << text;
}

class RecordedMessages : public ::testing::TestWithParam<const char*> {};

TEST_P(RecordedMessages, AreReadAsANaiveReaderReadsThem) {
  std::size_t count = 0;
  for (const auto& piece : pieces_of(recorded_session(GetParam()))) {
    if (piece.kind == TextFramer::Kind::banner) continue;
    Fields expected;
    for (std::size_t at = 0; at < piece.text.size();) {
      const std::size_t end = piece.text.find("\r\n", at);
      const std::string line = piece.text.substr(at, end - at);
      const std::size_t colon = line.find(": ");
      ASSERT_NE(colon, std::string::npos) << line;
      expected.emplace_back(line.substr(0, colon), line.substr(colon + 2));
      at = end + 2;
    }
    EXPECT_EQ(decode(piece.text), expected);
    EXPECT_EQ(decode(with_line_feeds(piece.text)), expected);
    const bool event = piece.kind == TextFramer::Kind::event;
    EXPECT_EQ(peek_text_event(piece.text), event ? expected[0].second : "");
    const auto id = std::find_if(expected.begin(), expected.end(), [](const auto& f) { return f.first == "ActionID"; });
    EXPECT_EQ(peek_action_id(piece.text), id == expected.end() ? "" : id->second);
    ++count;
  }
  EXPECT_GE(count, 325U);
}

INSTANTIATE_TEST_SUITE_P(Asterisk, RecordedMessages, ::testing::Values("16", "22"));

}  // namespace
}  // namespace amibroker::ami
