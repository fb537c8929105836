// SPDX-License-Identifier: Apache-2.0
#include "core/link/ami_answers.hpp"

#include <gtest/gtest.h>

namespace amibroker::link::native {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

class AmiAnswersTest : public ::testing::Test {
 protected:
  void push(std::uint64_t id, steady_clock::duration deadline = 1h) {
    answers.push({id, steady_clock::time_point(deadline), 7, false, nullptr});
  }
  AmiAnswers answers{100};
};

TEST_F(AmiAnswersTest, AnAnswerEndsItsActionInWhateverOrderTheyCome) {
  push(1), push(2);
  const auto second = answers.take(2);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->action_id, 2U);
  EXPECT_TRUE(answers.take(1));
  EXPECT_EQ(answers.size(), 0U);
}

TEST_F(AmiAnswersTest, NobodyAskedOrItWasAnsweredAlready) {
  push(1);
  EXPECT_FALSE(answers.take(2));
  EXPECT_FALSE(answers.begin_list(2, "x"));
  EXPECT_TRUE(answers.take(1));
  EXPECT_FALSE(answers.take(1));
  EXPECT_FALSE(answers.begin_list(1, "x"));
}

TEST_F(AmiAnswersTest, AListIsCollectedUntilItsLastItem) {
  push(1), push(2);
  EXPECT_TRUE(answers.begin_list(1, "begin"));
  EXPECT_TRUE(answers.collects());
  EXPECT_TRUE(answers.is_list(1));
  EXPECT_FALSE(answers.is_list(2));
  EXPECT_FALSE(answers.add_item(1, "item", false));
  EXPECT_FALSE(answers.take(1));
  EXPECT_FALSE(answers.begin_list(1, "again"));
  const auto list = answers.add_item(1, "end", true);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->text, "beginitemend");
  EXPECT_EQ(list->ends, (std::vector<std::size_t>{5, 9, 12}));
  EXPECT_FALSE(answers.collects());
  EXPECT_EQ(answers.size(), 1U);
}

TEST_F(AmiAnswersTest, ListsThatAreTooLargeTogetherAreGivenUpAndTheOthersGoOn) {
  push(1), push(2);
  EXPECT_TRUE(answers.begin_list(1, std::string(60, 'a')));
  EXPECT_TRUE(answers.begin_list(2, std::string(30, 'b')));
  EXPECT_FALSE(answers.add_item(1, std::string(11, 'a'), false));
  EXPECT_FALSE(answers.add_item(2, std::string(70, 'b'), false));  // there is room again
  const auto first = answers.add_item(1, "end", true);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->too_large);
  EXPECT_EQ(first->text, "");
  const auto second = answers.add_item(2, "", true);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->too_large);
  EXPECT_EQ(second->text.size(), 100U);
}

TEST_F(AmiAnswersTest, AnActionWhoseTimeIsOverIsToldOnceAndItsLateAnswerIsKnown) {
  push(1, 10s), push(2, 30s), push(3, 20s);
  std::vector<Pending> expired;
  answers.expire(steady_clock::time_point(9s), expired);
  EXPECT_TRUE(expired.empty());
  answers.expire(steady_clock::time_point(20s), expired);
  ASSERT_EQ(expired.size(), 2U);
  EXPECT_EQ(expired[0].action_id, 1U);
  EXPECT_EQ(expired[1].action_id, 3U);
  answers.expire(steady_clock::time_point(21s), expired);
  EXPECT_EQ(expired.size(), 2U);
  const auto late = answers.take(3);
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->expired);
  std::vector<Pending> rest;
  answers.clear(rest);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].action_id, 2U);
  EXPECT_EQ(answers.size(), 0U);
}

TEST_F(AmiAnswersTest, AListWhoseTimeIsOverTakesNoMoreMemory) {
  push(1, 10s), push(2);
  EXPECT_TRUE(answers.begin_list(1, std::string(90, 'a')));
  std::vector<Pending> expired;
  answers.expire(steady_clock::time_point(10s), expired);
  EXPECT_FALSE(answers.add_item(1, std::string(90, 'a'), false));
  EXPECT_TRUE(answers.begin_list(2, std::string(90, 'b')));
  EXPECT_FALSE(answers.add_item(2, "", true)->too_large);
  EXPECT_TRUE(answers.add_item(1, "", true)->pending.expired);
}

TEST_F(AmiAnswersTest, ClearedOldestFirst) {
  for (const std::uint64_t id : {5U, 1U, 9U, 3U}) push(id);
  EXPECT_TRUE(answers.begin_list(9, "x"));
  std::vector<Pending> all;
  answers.clear(all);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all.front().action_id, 1U);
  EXPECT_EQ(all.back().action_id, 9U);
  EXPECT_FALSE(answers.collects());
}

}  // namespace
}  // namespace amibroker::link::native
