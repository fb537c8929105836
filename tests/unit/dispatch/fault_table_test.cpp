// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/fault_table.hpp"

#include <gmock/gmock.h>

namespace amibroker::dispatch {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Time = std::chrono::steady_clock::time_point;

TEST(FaultTable, EachCallAndTextHasALineAMinuteOfItsOwn) {
  FaultTable table;
  const Time now{seconds(1000)};
  EXPECT_EQ(table.add("on_event", "a", now), 0U);
  EXPECT_FALSE(table.add("on_event", "a", now));
  EXPECT_EQ(table.add("on_event", "b", now), 0U) << "another text";
  EXPECT_EQ(table.add("a task", "a", now), 0U) << "another call";
  EXPECT_FALSE(table.add("on_event", "a", now + seconds(59)));
  EXPECT_EQ(table.add("on_event", "a", now + seconds(60)), 2U);
}

TEST(FaultTable, TextsWithoutEndCountAsOne) {
  FaultTable table;
  const Time now{seconds(1000)};
  std::size_t lines = 0;
  for (int i = 0; i < 1000; ++i) lines += table.add("on_event", "key " + std::to_string(i), now) ? 1U : 0U;
  EXPECT_THAT(table.entries(), SizeIs(FaultTable::most_entries));
  EXPECT_EQ(lines, FaultTable::most_entries);
  EXPECT_EQ(table.entries().back().count, 1000 - FaultTable::most_entries + 1);
  EXPECT_THAT(table.summary(), HasSubstr("any call: (other texts) (985 times)"));
}

TEST(FaultTable, TheSummaryBeginsWithTheMostFrequent) {
  FaultTable table;
  table.add("a task", "rare\n", Time{});
  for (int i = 0; i < 3; ++i) table.add("on_event", "often", Time{});
  EXPECT_EQ(table.summary(), "on_event: often (3 times), a task: rare\\x0a (1 time)");
}

}  // namespace
}  // namespace amibroker::dispatch
