// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/presence_value.hpp"

#include <gtest/gtest.h>

namespace amibroker::presence_state {
namespace {

class Value : public ::testing::Test {
 protected:
  std::string of(std::string_view status, std::string_view subtype, std::string_view message) {
    return std::string(value.from_event(status, subtype, message));
  }
  PresenceValue value;
};

TEST_F(Value, WithoutTextsIsTheStatusAlone) {
  EXPECT_EQ(of("away", "", ""), "away");
  EXPECT_EQ(of("not_set", "", ""), "not_set");
}

TEST_F(Value, PlainTextsAreWrittenAsTheyAre) {
  EXPECT_EQ(of("away", "lunch", "back at 1"), "away,lunch,back at 1");
  EXPECT_EQ(of("dnd", "", "busy"), "dnd,,busy");
  EXPECT_EQ(of("dnd", "meeting", ""), "dnd,meeting,");
}

TEST_F(Value, ACommaInEitherTextBringsBase64ForBoth) {
  EXPECT_EQ(of("away", "sub", "message, with comma"), "away,c3Vi,bWVzc2FnZSwgd2l0aCBjb21tYQ==,e");
  EXPECT_EQ(of("away", "a,b", ""), "away,YSxi,,e");
}

TEST_F(Value, CommaQuoteAndUmlautComeThroughTogether) {
  EXPECT_EQ(of("away", "", "\\\"M\xc3\xbcller\\\", home"), "away,,Ik3DvGxsZXIiLCBob21l,e");
}

TEST_F(Value, AnythingButPrintableAsciiBringsBase64) {
  EXPECT_EQ(of("away", "", R"(two\nlines)"), "away,,dHdvCmxpbmVz,e");
  EXPECT_EQ(of("away", "", "\xc3\xbc"), "away,,w7w=,e");
  EXPECT_EQ(of("away", "", "\x7f"), "away,,fw==,e");
}

TEST_F(Value, BlanksAtAnEndAreKeptByBase64) {
  EXPECT_EQ(of("away", "", " x"), "away,,IHg=,e");
  EXPECT_EQ(of("away", "x ", ""), "away,eCA=,,e");
}

TEST_F(Value, ABackslashAndAnEscapedQuoteArePlain) { EXPECT_EQ(of("away", "", R"(a\\b\'c)"), R"(away,,a\b'c)"); }

TEST_F(Value, TextsAreCutAt255BytesAfterUnescaping) {
  std::string quotes;
  for (int i = 0; i < 300; ++i) quotes += "\\'";
  EXPECT_EQ(of("xa", "", quotes), "xa,," + std::string(255, '\''));
  EXPECT_EQ(of("xa", "", std::string(254, 'x') + "\xc3\xbc"), "xa,," + std::string(254, 'x'));
}

TEST_F(Value, IsShorterThanWhatAnActionMayHoldWhateverTheTexts) {
  const std::string longest(1 << 20, '\xff');
  EXPECT_LT(of("unavailable", longest, longest).size(), 1000U);
}

TEST_F(Value, HoldsNoControlByteWhateverTheTexts) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  for (const char c : of("away", all, all)) EXPECT_TRUE(c >= ' ' && c <= '~');
}

TEST(Statuses, AreThoseThatCanBeWritten) {
  for (const char* status : {"not_set", "unavailable", "available", "away", "xa", "chat", "dnd"})
    EXPECT_TRUE(is_status(status)) << status;
  for (const char* status : {"invalid", "", "AWAY", "away,x"}) EXPECT_FALSE(is_status(status)) << status;
}

}  // namespace
}  // namespace amibroker::presence_state
