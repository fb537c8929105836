// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace amibroker::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Table, ColumnsAreAsWideAsTheirLongestCell) {
  EXPECT_EQ(table_text({{"A", "BB", "C"}, {"longer", "b", "c"}}), "A       BB  C\nlonger  b   c\n");
}

TEST(Table, RowsMayBeOfDifferentLengths) {
  EXPECT_EQ(table_text({{"A"}, {"b", "c"}}), "A\nb  c\n");
  EXPECT_EQ(table_text({}), "");
}

TEST(Table, ALetterOfSeveralBytesIsAsWideAsOne) {
  EXPECT_EQ(table_text({{"Köln", "x"}, {"Rome", "y"}}), "Köln  x\nRome  y\n");
}

TEST(Table, WhatWouldSteerATerminalIsShown) {
  const std::string text = table_text({{"\x1b[2J\nnext", "x"}});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Table, ALongCellIsCut) { EXPECT_LT(table_text({{std::string(1000, 'x')}}).size(), 120U); }

}  // namespace
}  // namespace amibroker::ctl
