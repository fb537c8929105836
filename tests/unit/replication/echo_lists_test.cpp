// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/echo_lists.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace amibroker::replication {
namespace {

using Match = EchoLists::Match;

class Echoes : public ::testing::Test {
 protected:
  void push(std::initializer_list<ValueId> values) {
    for (const ValueId value : values) lists.push(list, value);
  }
  EchoLists lists;
  EchoLists::Id list = EchoLists::none;
};

TEST_F(Echoes, AnEmptyListMatchesNothing) { EXPECT_EQ(lists.match(list, 1), Match::nothing); }

TEST_F(Echoes, AValueThatWasNotWrittenMatchesNothingAndChangesNothing) {
  push({1});
  EXPECT_EQ(lists.match(list, 2), Match::nothing);
  EXPECT_EQ(lists.match(list, 1), Match::last);
}

TEST_F(Echoes, TheEchoOfTheLastWriteEmptiesTheList) {
  push({1, 2, 3});
  EXPECT_EQ(lists.match(list, 3), Match::last);
  EXPECT_EQ(list, EchoLists::none);
}

TEST_F(Echoes, TheEchoOfAnOlderWriteSettlesThoseBeforeIt) {
  push({1, 2, 3});
  EXPECT_EQ(lists.match(list, 2), Match::older);
  EXPECT_EQ(lists.match(list, 1), Match::nothing);
  EXPECT_EQ(lists.match(list, 3), Match::last);
}

TEST_F(Echoes, OfEqualValuesTheOldestIsMatched) {
  push({1, 1});
  EXPECT_EQ(lists.match(list, 1), Match::older);
  EXPECT_EQ(lists.match(list, 1), Match::last);
}

TEST_F(Echoes, AWriteThatNeverHappenedLeavesTheOthers) {
  push({1, 2});
  lists.drop_last(list);
  EXPECT_EQ(lists.match(list, 1), Match::last);
  push({3});
  lists.drop_last(list);
  EXPECT_EQ(list, EchoLists::none);
}

TEST_F(Echoes, AFullListHasRoomAfterItsFirstWasDropped) {
  for (ValueId value = 1; value <= EchoLists::capacity; ++value) {
    EXPECT_FALSE(lists.full(list));
    lists.push(list, value);
  }
  EXPECT_TRUE(lists.full(list));
  lists.drop_first(list);
  EXPECT_FALSE(lists.full(list));
  EXPECT_EQ(lists.match(list, 1), Match::nothing);
}

TEST_F(Echoes, ListsAreSeparateAndReused) {
  EchoLists::Id other = EchoLists::none;
  push({1});
  lists.push(other, 2);
  const EchoLists::Id first = list;
  EXPECT_EQ(lists.match(list, 2), Match::nothing);
  EXPECT_EQ(lists.match(list, 1), Match::last);
  push({3});
  EXPECT_EQ(list, first);
  std::multiset<ValueId> values;
  lists.each_value([&](ValueId value) { values.insert(value); });
  EXPECT_EQ(values, (std::multiset<ValueId>{2, 3}));
}

TEST(EchoListsMemory, IsGivenBackOnceNoEchoIsOutstanding) {
  EchoLists lists;
  std::vector<EchoLists::Id> ids(5000, EchoLists::none);
  for (EchoLists::Id& id : ids) lists.push(id, 7);
  lists.shrink();
  EXPECT_GE(lists.capacity_in_lists(), 5000U);
  for (EchoLists::Id& id : ids) lists.clear(id);
  lists.shrink();
  EXPECT_EQ(lists.capacity_in_lists(), 0U);
  EchoLists::Id again = EchoLists::none;
  lists.push(again, 8);
  EXPECT_TRUE(lists.holds(again, 8));
}

}  // namespace
}  // namespace amibroker::replication
