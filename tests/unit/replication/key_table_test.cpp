// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/key_table.hpp"

#include <gtest/gtest.h>

namespace amibroker::replication {
namespace {

TEST(KeyTable, ANameIsFoundAgainAndKeptInTheFormThatIsWritten) {
  KeyTable keys("DEVICE_STATE(", 10);
  EXPECT_FALSE(keys.find("Custom:PJSIP/100"));
  const KeyId key = keys.add("Custom:PJSIP/100");
  EXPECT_EQ(keys.find("Custom:PJSIP/100"), key);
  EXPECT_EQ(keys.variable(key), "DEVICE_STATE(Custom:PJSIP/100)");
  EXPECT_EQ(keys.shown_name(key), "Custom:PJSIP/100");
}

TEST(KeyTable, NumbersHaveNoGapsAndTextsStayWhereTheyAre) {
  KeyTable keys("F(", 1000);
  const std::string_view first = keys.variable(keys.add("0"));
  for (KeyId key = 1; key < 1000; ++key) EXPECT_EQ(keys.add(std::to_string(key)), key);
  EXPECT_EQ(first.data(), keys.variable(0).data());
  EXPECT_EQ(keys.find("999"), 999U);
}

TEST(KeyTable, NamesDifferByCase) {
  KeyTable keys("F(", 10);
  keys.add("a");
  EXPECT_FALSE(keys.find("A"));
}

TEST(KeyTable, IsFullAtItsCapacity) {
  KeyTable keys("F(", 2);
  keys.add("a");
  EXPECT_FALSE(keys.full());
  keys.add("b");
  EXPECT_TRUE(keys.full());
}

}  // namespace
}  // namespace amibroker::replication
