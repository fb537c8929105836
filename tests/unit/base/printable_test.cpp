// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.hpp"

#include <gtest/gtest.h>

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

TEST(Printable, BytesThatAreNoUtf8AreVisible) {
  EXPECT_EQ(printable("M\xfcller", 100), "M\\xfcller");
  EXPECT_EQ(printable("\xe2\x82", 100), "\\xe2\\x82");
  EXPECT_EQ(printable("\xff\xfe", 100), "\\xff\\xfe");
}

TEST(Printable, LongTextIsCut) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
}

}  // namespace
}  // namespace amibroker::base
