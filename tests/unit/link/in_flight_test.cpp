// SPDX-License-Identifier: Apache-2.0
#include "core/link/in_flight.hpp"

#include <gtest/gtest.h>

namespace amibroker::link {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::steady_clock::time_point start{};

class InFlight : public ::testing::Test {
 protected:
  void push(std::uint64_t id, milliseconds deadline = milliseconds(1000)) {
    table.push({id, start + deadline, 0, false, nullptr});
  }
  std::uint64_t match(std::optional<std::uint64_t> id) {
    const auto pending = table.match(id, passed_over);
    return pending ? pending->action_id : 0;
  }
  InFlightTable table{4};
  std::vector<Pending> passed_over;
};

TEST_F(InFlight, AnswersInOrder) {
  push(1), push(2);
  EXPECT_EQ(match(1), 1U);
  EXPECT_EQ(match(2), 2U);
  EXPECT_TRUE(passed_over.empty());
  EXPECT_EQ(table.size(), 0U);
}

TEST_F(InFlight, AnAnswerWithoutActionIdBelongsToTheOldest) {
  push(1), push(2);
  EXPECT_EQ(match(std::nullopt), 1U);
  EXPECT_EQ(match(2), 2U);
}

TEST_F(InFlight, AnAnswerToALaterActionPassesOverTheEarlierOnes) {
  push(1), push(2), push(3);
  EXPECT_EQ(match(3), 3U);
  ASSERT_EQ(passed_over.size(), 2U);
  EXPECT_EQ(passed_over[0].action_id, 1U);
  EXPECT_EQ(passed_over[1].action_id, 2U);
}

TEST_F(InFlight, AnUnknownActionIdChangesNothing) {
  push(1), push(2);
  EXPECT_EQ(match(7), 0U);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_TRUE(passed_over.empty());
}

TEST_F(InFlight, NothingFitsAnEmptyTable) {
  EXPECT_EQ(match(std::nullopt), 0U);
  EXPECT_EQ(match(1), 0U);
}

TEST_F(InFlight, AnExpiredActionKeepsItsPlaceSoThatItsLateAnswerHitsNoOther) {
  push(1, milliseconds(10)), push(2);
  std::vector<Pending> expired;
  table.expire(start + milliseconds(9), expired);
  EXPECT_TRUE(expired.empty());
  table.expire(start + milliseconds(10), expired);
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].action_id, 1U);
  table.expire(start + milliseconds(20), expired);
  EXPECT_EQ(expired.size(), 1U) << "told twice";
  const auto late = table.match(std::nullopt, passed_over);
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->expired);
  EXPECT_EQ(match(std::nullopt), 2U);
}

TEST_F(InFlight, DeadlinesNeedNotBeInOrder) {
  push(1, milliseconds(100)), push(2, milliseconds(10)), push(3, milliseconds(50));
  std::vector<Pending> expired;
  for (const int now : {10, 50, 100}) {
    table.expire(start + milliseconds(now), expired);
  }
  ASSERT_EQ(expired.size(), 3U);
  EXPECT_EQ(expired[0].action_id, 2U);
  EXPECT_EQ(expired[1].action_id, 3U);
  EXPECT_EQ(expired[2].action_id, 1U);
}

TEST_F(InFlight, TheRingGoesRound) {
  for (std::uint64_t id = 1; id < 100; ++id) {
    push(id);
    if (id >= 4) {
      EXPECT_TRUE(table.full());
      EXPECT_EQ(match(id - 3), id - 3);
    }
  }
}

TEST_F(InFlight, ClearGivesAllOldestFirst) {
  push(1), push(2);
  std::vector<Pending> all;
  table.clear(all);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].action_id, 1U);
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace amibroker::link
