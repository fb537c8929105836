// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/escapes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker::presence_state {
namespace {

std::string unescaped(std::string_view text) {
  std::string out;
  append_unescaped(out, text);
  return out;
}

std::string clean(std::string_view text, std::size_t most_bytes = 255) {
  std::string out;
  append_clean(out, text, most_bytes);
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

TEST(Unescape, AllElevenEscapesOfAsteriskAreUndone) {
  EXPECT_EQ(unescaped(R"(\a\b\f\n\r\t\v\\\'\"\?)"), "\a\b\f\n\r\t\v\\'\"?");
}

TEST(Unescape, AnEscapedBackslashDoesNotEscapeTheNextCharacter) { EXPECT_EQ(unescaped(R"(\\n)"), "\\n"); }

TEST(Unescape, ABackslashThatIsNoEscapeStays) {
  EXPECT_EQ(unescaped(R"(C:\dir\)"), R"(C:\dir\)");
  EXPECT_EQ(unescaped(R"(\x41)"), R"(\x41)");
}

TEST(Clean, WellFormedTextStaysAsItIs) {
  for (const char* text : {"", "a", "M\xc3\xbcller", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xbf\xbd"})
    EXPECT_EQ(clean(text), text);
}

TEST(Clean, EachByteThatIsNotUtf8IsReplaced) {
  EXPECT_EQ(clean("a\xff"
                  "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(clean("\xc0\x80"), "\xef\xbf\xbd\xef\xbf\xbd");                  // overlong
  EXPECT_EQ(clean("\xe0\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // overlong
  EXPECT_EQ(clean("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // surrogate
  EXPECT_EQ(clean("\xf4\x90\x80\x80").size(), 12U);                          // beyond U+10FFFF
  EXPECT_EQ(clean("\xf0\x8f\xbf\xbf").size(), 12U);                          // overlong
  EXPECT_EQ(clean("\xc3"), "\xef\xbf\xbd");                                  // cut off
  EXPECT_EQ(clean("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");                  // cut off
  EXPECT_EQ(clean("\xe2\x82x"), "\xef\xbf\xbd\xef\xbf\xbdx");
}

TEST(Clean, CleanTextIsNotChangedAgain) {
  const std::string once = clean("a\xff\xe2\x82\xac" + std::string(300, '\xfe'));
  EXPECT_EQ(clean(once), once);
}

TEST(Clean, LongTextIsCutBetweenCharacters) {
  EXPECT_EQ(clean("aaaa", 4), "aaaa");
  EXPECT_EQ(clean("aaa\xc3\xbc", 4), "aaa");
  EXPECT_EQ(clean("a\xf0\x9f\x98\x80", 4), "a");
  EXPECT_EQ(clean("aaa\xff", 4), "aaa");
}

TEST(Clean, TextEndsAtAZeroByte) { EXPECT_EQ(clean(std::string_view("a\0b", 3)), "a"); }

TEST(Base64, TheVectorsOfRfc4648Hold) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

}  // namespace
}  // namespace amibroker::presence_state
