// SPDX-License-Identifier: Apache-2.0
#include "core/app/raw_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace amibroker::app {
namespace {

TEST(RawText, TakesTextAndNumbers) {
  RawText<100> text;
  text.add("a ").add_number(0).add(" ").add_number(std::numeric_limits<std::uint64_t>::max()).add(" ").add_hex(0xbeef);
  EXPECT_EQ(text.view(), "a 0 18446744073709551615 0xbeef");
}

TEST(RawText, LeavesOutWhatDoesNotFit) {
  RawText<5> text;
  text.add("abc").add_number(12345).add("more");
  EXPECT_EQ(text.view(), "abc12");
  text.end_line();
  EXPECT_EQ(text.view(), "abc1\n");
}

TEST(RawText, ControlCharactersSteerNoTerminal) {
  RawText<20> text;
  text.add("a\x1b[1m\n\x7f");
  EXPECT_EQ(text.view(), "a?[1m??");
}

}  // namespace
}  // namespace amibroker::app
