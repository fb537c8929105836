// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/value_table.hpp"

#include <gtest/gtest.h>

#include <array>

namespace amibroker::replication {
namespace {

TEST(ValueTable, EqualTextsShareOneNumberThatNeverMeansNoValue) {
  ValueTable values;
  const ValueId away = values.intern("away");
  EXPECT_EQ(values.intern("away"), away);
  EXPECT_NE(values.intern("dnd"), away);
  EXPECT_NE(values.intern(""), no_value);
  EXPECT_EQ(values.text(away), "away");
}

TEST(ValueTable, ASweepKeepsWhatIsUsedAndGivesOtherNumbersOutAgain) {
  ValueTable values;
  const ValueId kept = values.intern("kept");
  const ValueId swept = values.intern("swept");
  values.sweep([&](auto&& visit) { visit(kept); });
  EXPECT_EQ(values.size(), 1U);
  EXPECT_EQ(values.text(kept), "kept");
  EXPECT_EQ(values.intern("kept"), kept);
  EXPECT_EQ(values.intern("new"), swept);
  EXPECT_EQ(values.text(swept), "new");
}

TEST(ValueTable, PinnedValuesHaveTheFirstNumbersAndStayThroughSweeps) {
  constexpr std::array<std::string_view, 2> pinned{"INVALID", "INUSE"};
  ValueTable values(pinned);
  EXPECT_EQ(values.intern("INUSE"), 2U);
  const ValueId swept = values.intern("swept");
  values.sweep([](auto&&) {});
  EXPECT_EQ(values.size(), 2U);
  EXPECT_EQ(values.text(1), "INVALID");
  EXPECT_EQ(values.intern("INVALID"), 1U);
  EXPECT_EQ(values.intern("new"), swept);
}

TEST(ValueTable, AbsentIsNoValueToKeep) {
  ValueTable values;
  values.intern("swept");
  values.sweep([](auto&& visit) {
    visit(absent);
    visit(no_value);
  });
  EXPECT_EQ(values.size(), 0U);
}

TEST(ValueTable, RepeatedSweepsGiveEachNumberOutOnce) {
  ValueTable values;
  values.intern("a");
  values.intern("b");
  const auto none_used = [](auto&&) {};
  values.sweep(none_used);
  const ValueId empty = values.intern("");  // its text is like that of a free place
  values.sweep([&](auto&& visit) { visit(empty); });
  values.sweep(none_used);
  values.sweep(none_used);
  EXPECT_NE(values.intern("c"), values.intern("d"));
  EXPECT_EQ(values.size(), 2U);
}

TEST(ValueTable, ASweepIsDueAfterManyNewValuesAndThenNotBeforeTheTableDoubled) {
  ValueTable values;
  const auto all_used = [&](auto&& visit) {
    for (ValueId value = 1; value <= values.size(); ++value) visit(value);
  };
  std::size_t i = 0;
  while (!values.sweep_is_due()) values.intern(std::to_string(i++));
  EXPECT_EQ(values.size(), ValueTable::least_before_sweep);
  values.sweep(all_used);
  while (!values.sweep_is_due()) values.intern(std::to_string(i++));
  EXPECT_EQ(values.size(), 2 * ValueTable::least_before_sweep);
}

}  // namespace
}  // namespace amibroker::replication
