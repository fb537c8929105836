// SPDX-License-Identifier: Apache-2.0
#include "amibroker/action.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker {
namespace {

TEST(Action, HeadersKeepTheirOrderAndTheirRepeats) {
  Action action("Setvar");
  action.add("Variable", "A").add("Value", "").add("Variable", "B");
  ASSERT_EQ(action.size(), 3U);
  EXPECT_EQ(action.name(), "Setvar");
  EXPECT_EQ(action[0].value, "A");
  EXPECT_EQ(action[1].name, "Value");
  EXPECT_EQ(action[1].value, "");
  EXPECT_EQ(action[2].value, "B");
}

TEST(Action, AfterAResetNothingOfTheOldOneIsLeft) {
  Action action("Originate");
  action.add("Channel", std::string(500, 'x'));
  action.reset("Ping");
  EXPECT_EQ(action.name(), "Ping");
  EXPECT_EQ(action.size(), 0U);
  action.add("A", "b");
  EXPECT_EQ(action[0].value, "b");
}

TEST(Action, ACopyOutlivesTheOriginal) {
  Action copy("x");
  {
    Action action("Setvar");
    action.add("Value", "INUSE");
    copy = action;
  }
  EXPECT_EQ(copy[0].value, "INUSE");
}

}  // namespace
}  // namespace amibroker
