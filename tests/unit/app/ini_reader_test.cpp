// SPDX-License-Identifier: Apache-2.0
//
// That lines of any length and content come through inih unchanged.
#include "core/app/ini_reader.hpp"
#include "core/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace amibroker::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<base::Section> read_good(std::string_view text) {
  std::vector<base::Problem> errors;
  auto sections = read_ini(text, errors);
  for (const auto& error : errors) ADD_FAILURE() << error.line << ": " << error.text;
  return sections;
}

/// What comes out for one value, with a second key after it to see that nothing spills over.
std::string round_trip(const std::string& value) {
  const auto sections = read_good("[s]\nkey = " + value + "\nlast = 1\n");
  if (sections.size() != 1 || sections[0].settings.size() != 2 || sections[0].settings[1].value != "1") return "lost";
  return sections[0].settings[0].value;
}

/// Any text of `length` bytes that a value can be: no blank at either end, no blank before a `;`.
std::string random_value(std::size_t length, std::string_view alphabet, std::mt19937& random) {
  std::string value;
  while (value.size() < length) {
    const char c = alphabet[random() % alphabet.size()];
    const bool at_edge = value.empty() || value.size() + 1 == length;
    if ((c == ' ' || c == '\t') && at_edge) continue;
    if (c == ';' && !value.empty() && (value.back() == ' ' || value.back() == '\t')) {
      if (alphabet.find_first_not_of(" \t;") == alphabet.npos) value.back() = ';';
      continue;
    }
    // The first byte comes after the blank that follows the `=`.
    if (c == ';' && value.empty()) continue;
    value += c;
  }
  return value;
}

TEST(IniReader, AnyValueAroundThePlacesOfACutComesBackUnchanged) {
  constexpr std::string_view alphabets[] = {"abcXYZ019", "a ", "a; ", "x#;[]=:, \t", "\xc3\xa4 \xe2\x82\xac;"};
  std::mt19937 random(20260101);
  for (const std::string_view alphabet : alphabets)
    for (std::size_t length = 1; length <= 620; ++length) {
      const std::string value = random_value(length, alphabet, random);
      ASSERT_EQ(round_trip(value), value) << "length " << length;
    }
}

TEST(IniReader, RunsOfOneByteAsLongAsALineComeBackUnchanged) {
  for (const char c : {' ', '\t', ';', '#', '[', ']', '=', ':', '"', '\\'})
    for (std::size_t length = 150; length <= 420; ++length) {
      const std::string value = "<" + std::string(length, c) + ">";
      ASSERT_EQ(round_trip(value), value) << "length " << length;
      const std::string open_end = "<" + std::string(length, c);
      if (c == ' ' || c == '\t') continue;
      ASSERT_EQ(round_trip(open_end), open_end) << "length " << length;
    }
}

TEST(IniReader, AnyPlaceOfTheEqualsSignIsFound) {
  for (std::size_t blanks = 0; blanks <= 140; ++blanks) {
    const std::string gap(blanks, ' ');
    const auto sections = read_good("[s]\nkey" + gap + "=" + gap + "v\n");
    ASSERT_EQ(sections.size(), 1U);
    ASSERT_EQ(sections[0].settings.size(), 1U) << blanks;
    ASSERT_EQ(sections[0].settings[0].value, "v") << blanks;
  }
}

TEST(IniReader, AValueThatBeginsAfterTheCutHasNoLeadingBlanks) {
  for (std::size_t blanks = 150; blanks <= 450; ++blanks)
    ASSERT_EQ(round_trip(std::string(blanks, ' ') + "v"), "v") << blanks;
}

TEST(IniReader, AMegabyteInOneLineComesBackUnchanged) {
  std::mt19937 random(1);
  const std::string value = random_value(1'000'000, "ab c;#,", random);
  EXPECT_TRUE(round_trip(value) == value);
}

TEST(IniReader, KeysAreInLowerCaseSectionsAreNot) {
  const auto sections = read_good("[Section A]\nKeY = Value\n");
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections[0].name, "Section A");
  EXPECT_EQ(sections[0].settings[0].key, "key");
  EXPECT_EQ(sections[0].settings[0].value, "Value");
}

TEST(IniReader, LineNumbersAreRightHoweverLongEarlierLinesAre) {
  const auto sections = read_good("; " + std::string(1000, 'c') + "\n\n[s]\na = " + std::string(3000, 'x') + " ; " +
                                  std::string(500, 'c') + "\n# b = 1\nb: 2\n\n[t]\r\n\r\nc=3");
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[0].line, 3);
  EXPECT_EQ(sections[0].settings[0].line, 4);
  EXPECT_EQ(sections[0].settings[0].value.size(), 3000U);
  EXPECT_EQ(sections[0].settings[1].line, 6);
  EXPECT_EQ(sections[0].settings[1].value, "2");
  EXPECT_EQ(sections[1].line, 8);
  EXPECT_EQ(sections[1].settings[0].line, 10);
  EXPECT_EQ(sections[1].settings[0].value, "3");
}

TEST(IniReader, OnlyInPluginsAColonBelongsToTheKey) {
  const auto sections =
      read_good("[other]\na:b = c\n[plugins]\na:b = c:d\npath : /x = y\n  = more\nb: no\n[last]\na:b = c\n");
  ASSERT_EQ(sections.size(), 3U);
  EXPECT_EQ(sections[0].settings[0].key, "a");
  EXPECT_EQ(sections[0].settings[0].value, "b = c");
  ASSERT_EQ(sections[1].settings.size(), 3U);
  EXPECT_EQ(sections[1].settings[0].key, "a:b");
  EXPECT_EQ(sections[1].settings[0].value, "c:d");
  EXPECT_EQ(sections[1].settings[1].key, "path");
  EXPECT_EQ(sections[1].settings[1].value, "/x = y\n= more");
  EXPECT_EQ(sections[1].settings[2].key, "b");
  EXPECT_EQ(sections[2].settings[0].key, "a");
}

TEST(IniReader, OnlyASemicolonAfterABlankBeginsAComment) {
  const auto sections = read_good("[s] ; comment\na = x;y #z\nb = x ;y\nc = ;only a comment\nd =;z\n");
  std::vector<std::string> values;
  for (const auto& entry : sections.at(0).settings) values.push_back(entry.value);
  EXPECT_THAT(values, ElementsAre("x;y #z", "x", "", ";z"));
}

TEST(IniReader, IndentedLinesContinueAValueThatIsIndentedLess) {
  const std::string is_long(500, 'y');
  const auto sections = read_good("[s]\na = 1\n  [2]\n\n  ; comment\n\tx = " + is_long + "\nb = 3\n");
  ASSERT_EQ(sections.size(), 1U);
  ASSERT_EQ(sections[0].settings.size(), 2U);
  EXPECT_EQ(sections[0].settings[0].value, "1\n[2]\nx = " + is_long);
  EXPECT_EQ(sections[0].settings[0].second_line, 3);
  EXPECT_EQ(sections[0].settings[1].second_line, 0);
}

TEST(IniReader, AFileThatIsIndentedAsAWholeIsReadLikeAnyOther) {
  const auto sections = read_good("  [s]\n    a = 1\n    b = 2\n\n  [t]\n    c = 3\n");
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[0].settings.size(), 2U);
  EXPECT_EQ(sections[1].name, "t");
  EXPECT_EQ(sections[1].settings.size(), 1U);
}

TEST(IniReader, ALineThatIsNotUnderstoodAddsNothingToTheValueBefore) {
  std::vector<base::Problem> errors;
  const auto sections = read_ini("[s]\na = 1\n" + std::string(900, 'x') + "\n  y\nb = 2\n", errors);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].line, 3);
  ASSERT_EQ(sections.size(), 1U);
  ASSERT_EQ(sections[0].settings.size(), 2U);
  EXPECT_EQ(sections[0].settings[0].value, "1");
}

TEST(IniReader, SectionsWithoutKeysAreSeen) {
  EXPECT_EQ(read_good("[a]\n[b]").size(), 2U);
  EXPECT_THAT(read_good(""), IsEmpty());
  EXPECT_THAT(read_good("\n \n;x\n"), IsEmpty());
}

TEST(IniReader, RandomBytesNeverHarm) {
  std::mt19937 random(7);
  constexpr std::string_view likely = "[]=:;# \t\n\r\na\x01\x00\xff";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::size_t length = random() % 700;
    while (text.size() < length) {
      if (random() % 20 == 0) text.append(random() % 300, likely[random() % likely.size()]);
      text += likely[random() % likely.size()];
    }
    std::vector<base::Problem> errors;
    for (const auto& section : read_ini(text, errors))
      for (const auto& entry : section.settings) {
        EXPECT_EQ(entry.value.find('\x01'), std::string::npos);
        EXPECT_FALSE(entry.key.empty());
      }
  }
}

}  // namespace
}  // namespace amibroker::app
