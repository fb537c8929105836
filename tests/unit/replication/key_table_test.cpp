// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/key_table.hpp"

#include <gtest/gtest.h>

namespace amibroker::replication {
namespace {

TEST(KeyTable, ANameIsFoundAgainAndKeptInTheFormThatIsWritten) {
  KeyTable keys("DEVICE_STATE(", 10);
  EXPECT_FALSE(keys.find("Custom:PJSIP/100"));
  keys.add("Custom:PJSIP/100", 0, 7);
  EXPECT_EQ(keys.find("Custom:PJSIP/100"), 0U);
  EXPECT_EQ(keys.variable(0), "DEVICE_STATE(Custom:PJSIP/100)");
  EXPECT_EQ(keys.shown_name(0), "Custom:PJSIP/100");
  EXPECT_EQ(keys.owner(0), 7U);
}

TEST(KeyTable, TextsStayWhereTheyAre) {
  KeyTable keys("F(", 1000);
  keys.add("0", 0, 0);
  const std::string_view first = keys.variable(0);
  for (KeyId key = 1; key < 1000; ++key) keys.add(std::to_string(key), key, 0);
  EXPECT_EQ(first.data(), keys.variable(0).data());
  EXPECT_EQ(keys.find("999"), 999U);
}

TEST(KeyTable, NamesDifferByCase) {
  KeyTable keys("F(", 10);
  keys.add("a", 0, 0);
  EXPECT_FALSE(keys.find("A"));
}

TEST(KeyTable, IsFullAtItsCapacity) {
  KeyTable keys("F(", 2);
  keys.add("a", 0, 0);
  EXPECT_FALSE(keys.full());
  keys.add("b", 1, 0);
  EXPECT_TRUE(keys.full());
  keys.remove(0, 2);
  EXPECT_FALSE(keys.full());
}

TEST(KeyTable, ANameThatWasRemovedIsForgottenAndItsNumberTakesAnother) {
  KeyTable keys("F(", 10);
  keys.add("a", 0, 3);
  keys.add("b", 1, 3);
  keys.hold(0);
  keys.release(0);
  keys.note_idle(0, true);
  keys.remove(0, 2);
  EXPECT_FALSE(keys.find("a"));
  keys.add("c", 0, 4);
  EXPECT_EQ(keys.find("c"), 0U);
  EXPECT_EQ(keys.variable(0), "F(c)");
  EXPECT_EQ(keys.owner(0), 4U);
  EXPECT_FALSE(keys.note_idle(0, false));
  EXPECT_EQ(keys.find("b"), 1U);
}

TEST(KeyTable, AKeyIsHeldUntilEachWhoHeldItReleasedIt) {
  KeyTable keys("F(", 10);
  keys.add("a", 0, 0);
  keys.hold(0);
  keys.hold(0);
  keys.release(0);
  EXPECT_TRUE(keys.held(0));
  keys.release(0);
  EXPECT_FALSE(keys.held(0));
}

}  // namespace
}  // namespace amibroker::replication
