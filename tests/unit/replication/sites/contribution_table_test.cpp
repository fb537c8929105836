// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/contribution_table.hpp"

#include <gtest/gtest.h>

#include <set>

namespace amibroker::replication {
namespace {

class ContributionTableTest : public ::testing::Test {
 protected:
  bool set(KeyId key, StreamId stream, std::string_view value, std::uint16_t generation = 0) {
    return table_.set(key, name(key), stream, values_.intern(value), 0, generation);
  }
  static std::string name(KeyId key) { return "Custom:PJSIP/" + std::to_string(key); }
  [[nodiscard]] std::string value(KeyId key, StreamId stream) const {
    const auto* entry = table_.find(key, stream);
    return entry == nullptr ? "none" : std::string(values_.text(entry->value));
  }

  ValueTable values_;
  ContributionTable table_{values_};
};

TEST_F(ContributionTableTest, EachStreamGivesAKeyAValueOfItsOwn) {
  EXPECT_TRUE(set(3, 0, "INUSE"));
  EXPECT_TRUE(set(3, 1, "RINGING"));
  EXPECT_FALSE(set(3, 1, "RINGING"));
  EXPECT_TRUE(set(3, 1, "BUSY"));
  EXPECT_EQ(value(3, 0), "INUSE");
  EXPECT_EQ(value(3, 1), "BUSY");
  EXPECT_EQ(value(3, 2), "none");
  EXPECT_EQ(value(2, 0), "none");
  EXPECT_EQ(value(9, 0), "none");
  EXPECT_EQ(table_.size(), 2U);
}

TEST_F(ContributionTableTest, WhatIsRemovedIsGoneAndItsPlaceIsUsedAgain) {
  set(1, 0, "INUSE");
  set(1, 1, "INUSE");
  set(1, 2, "INUSE");
  EXPECT_TRUE(table_.remove(1, name(1), 1));
  EXPECT_FALSE(table_.remove(1, name(1), 1));
  EXPECT_FALSE(table_.remove(8, name(8), 1));
  EXPECT_EQ(value(1, 0), "INUSE");
  EXPECT_EQ(value(1, 1), "none");
  EXPECT_EQ(value(1, 2), "INUSE");
  set(5, 1, "BUSY");
  EXPECT_EQ(value(5, 1), "BUSY");
  std::set<StreamId> streams;
  table_.each(1, [&](const ContributionTable::Entry& entry) { streams.insert(entry.stream); });
  EXPECT_EQ(streams, (std::set<StreamId>{0, 2}));
}

TEST_F(ContributionTableTest, AnyTellsWhetherSomebodySaysSomething) {
  EXPECT_FALSE(table_.any(1));
  set(1, 0, "INUSE");
  EXPECT_TRUE(table_.any(1));
  table_.remove(1, name(1), 0);
  EXPECT_FALSE(table_.any(1));
}

TEST_F(ContributionTableTest, TheSumIsThatOfWhatIsThereHoweverItCameThere) {
  ValueTable other_values;
  ContributionTable other(other_values);
  set(1, 0, "INUSE");
  set(2, 0, "RINGING");
  set(1, 0, "BUSY");
  set(7, 0, "INUSE");
  table_.remove(7, name(7), 0);
  set(1, 4, "INUSE");  // another stream
  other.set(9, name(2), 3, other_values.intern("RINGING"), 0, 5);
  EXPECT_NE(other.sum(3), table_.sum(0));
  other.set(8, name(1), 3, other_values.intern("BUSY"), 0, 5);
  EXPECT_EQ(other.sum(3), table_.sum(0));
  EXPECT_EQ(table_.sum(0).count, 2U);
  EXPECT_EQ(table_.sum(11), ContributionTable::Sum{});
}

TEST_F(ContributionTableTest, AValueThatIsSaidAgainBelongsToTheNewGeneration) {
  set(1, 0, "INUSE", 3);
  EXPECT_FALSE(set(1, 0, "INUSE", 4));
  EXPECT_EQ(table_.find(1, 0)->generation, 4);
}

TEST_F(ContributionTableTest, ClearedIsEmpty) {
  set(1, 0, "INUSE");
  table_.clear();
  EXPECT_FALSE(table_.any(1));
  EXPECT_EQ(table_.sum(0), ContributionTable::Sum{});
  EXPECT_EQ(table_.size(), 0U);
  EXPECT_TRUE(set(1, 0, "INUSE"));
}

}  // namespace
}  // namespace amibroker::replication
