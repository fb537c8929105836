// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/list_collector.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/ami/heap.hpp"

namespace amibroker::link::native {
namespace {

using Result = ListCollector::Result;

/// Calls `use` with a message of these two headers.
template <typename Use>
auto with(std::string_view state, std::string_view value, Use&& use) {
  const std::array<Field, 2> fields{{{"EventList", state}, {"Value", value}}};
  return use(Message(fields));
}
Result begin(ListCollector& list, std::uint64_t id) {
  return with("start", "", [&](const Message& message) { return list.begin(id, message); });
}
Result add(ListCollector& list, std::string_view value, std::string_view state = "") {
  return with(state, value, [&](const Message& message) { return list.add(message); });
}

TEST(ListCollector, AListGoesOnUntilItsLastItem) {
  ListCollector list;
  EXPECT_FALSE(list.active());
  EXPECT_EQ(begin(list, 7), Result::more);
  EXPECT_TRUE(list.is_of(7));
  EXPECT_FALSE(list.is_of(8));
  EXPECT_EQ(add(list, "a"), Result::more);
  EXPECT_EQ(add(list, "b", "Complete"), Result::complete);
  ASSERT_EQ(list.messages().size(), 3U);
  EXPECT_EQ(list.messages()[1]["Value"], "a");
  list.end();
  EXPECT_FALSE(list.is_of(7));
  EXPECT_EQ(begin(list, 8), Result::more);
  EXPECT_EQ(add(list, "c", "cancelled"), Result::complete);
  EXPECT_EQ(list.messages().size(), 2U);
}

TEST(ListCollector, OneThatDoesNotFitIsGivenUpOnceAndTheRestOfItIsSkipped) {
  ListCollector list({.items = 3, .fields = 100, .bytes = 100});
  EXPECT_EQ(begin(list, 1), Result::more);
  EXPECT_EQ(add(list, "a"), Result::more);
  EXPECT_EQ(add(list, "b"), Result::more);
  EXPECT_EQ(add(list, "c"), Result::given_up);
  EXPECT_EQ(list.flaw(), "it has more than 3 items");
  EXPECT_TRUE(list.messages().empty());
  EXPECT_TRUE(list.is_of(1));
  EXPECT_EQ(add(list, "d"), Result::more);
  EXPECT_EQ(add(list, "e", "Complete"), Result::over);
  EXPECT_FALSE(list.active());
  EXPECT_EQ(begin(list, 2), Result::more);
  EXPECT_EQ(add(list, std::string(200, 'x'), "Complete"), Result::given_up);
  EXPECT_FALSE(list.active());
}

TEST(ListCollector, AListThatIsEndedOrGivenUpKeepsNothing) {
  if (heap_in_use() == 0) GTEST_SKIP() << "this allocator does not say what is in use";
  const std::string value(1000, 'x');
  for (const bool too_large : {false, true}) {
    ListCollector list({.items = too_large ? 10'001U : 100'000U, .fields = 1'000'000, .bytes = 100'000'000});
    const std::size_t before = heap_in_use();
    EXPECT_EQ(begin(list, 1), Result::more);
    for (int i = 0; i < 10'000; ++i) EXPECT_EQ(add(list, value), Result::more);
    EXPECT_GT(heap_in_use(), before + 10'000'000);
    if (too_large) EXPECT_EQ(add(list, value), Result::given_up);
    else list.end();
    EXPECT_LT(heap_in_use(), before + 100'000);
  }
}

}  // namespace
}  // namespace amibroker::link::native
