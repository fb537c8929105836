// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <ios>
#include <string>
#include <utility>

namespace amibroker::base {
namespace {

TEST(Printable, OrdinaryTextStaysAsItIs) {
  EXPECT_EQ(printable("M\xc3\xbcller \xe2\x82\xac 5", 100), "M\xc3\xbcller \xe2\x82\xac 5");
}

TEST(Printable, ControlBytesAndEscapesAreVisible) {
  EXPECT_EQ(printable(std::string_view("a\r\n\x1b[2Jb\0c\x7f", 11), 100), "a\\x0d\\x0a\\x1b[2Jb\\x00c\\x7f");
}

TEST(Printable, C1ControlsAreVisible) {
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J",
                      100),
            "\\xc2\\x9b2J");
}

TEST(Printable, BytesThatAreNotUtf8AreVisible) {
  EXPECT_EQ(printable("M\xfcller", 100), "M\\xfcller");
  EXPECT_EQ(printable("\xe2\x82", 100), "\\xe2\\x82");
  EXPECT_EQ(printable("\xff\xfe", 100), "\\xff\\xfe");
}

std::string utf8(char32_t point) {
  const auto tail = [point](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xc0 | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xe0 | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (point >> 18)), tail(12), tail(6), tail(0)};
}

TEST(Printable, TheWritingDirectionCannotBeReversed) {
  EXPECT_EQ(printable("100\xe2\x80\xae"
                      "di",
                      100),
            "100\\xe2\\x80\\xae"
            "di");
  for (const auto& [first, last] : {std::pair{0x202a, 0x202e}, {0x2066, 0x2069}, {0x200e, 0x200f}, {0x061c, 0x061c}})
    for (int point = first; point <= last; ++point)
      EXPECT_EQ(printable(utf8(static_cast<char32_t>(point)), 4).find_first_not_of("\\x0123456789abcdef"),
                std::string::npos)
          << std::hex << point;
}

TEST(Printable, WhatHidesTextOrBreaksTheLineIsVisible) {
  for (const char32_t point :
       {0xad,   0x34f,  0x115f, 0x180e, 0x200b, 0x200c, 0x200d,  0x2028,  0x2029,  0x2060,  0x206f, 0x3164,
        0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xfffa, 0xfffb, 0x1bca0, 0x1d173, 0xe0001, 0xe007f, 0xe0fff})
    EXPECT_EQ(printable("a" + utf8(point) + "b", 100).substr(0, 3), "a\\x") << std::hex << std::uint32_t{point};
}

TEST(Printable, TheirNeighboursStayAsTheyAre) {
  for (const char32_t point : {0x20, 0x7e, 0xa0, 0xac, 0xae, 0x61b, 0x61d, 0x200a, 0x2010, 0x2027, 0x202f, 0x2070,
                               0xfe10, 0xfefe, 0xfffd, 0x1f600, 0x10fffd})
    EXPECT_EQ(printable(utf8(point), 100), utf8(point)) << std::hex << std::uint32_t{point};
}

TEST(Printable, LongTextIsCut) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
}

}  // namespace
}  // namespace amibroker::base
