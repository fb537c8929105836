// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/reply.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

namespace amibroker::doctor {
namespace {

Reply read(std::vector<Field> first, std::vector<Field> second = {}) {
  const std::array messages{Message(first), Message(second)};
  return read_reply({messages.data(), second.empty() ? 1U : 2U});
}

TEST(ReplyTest, TellsRightsFromModules) {
  EXPECT_EQ(read({{"Response", "Success"}}).kind, Reply::Kind::success);
  EXPECT_EQ(read({{"Response", "Error"}, {"Message", "Permission denied"}}).kind, Reply::Kind::denied);
  EXPECT_EQ(read({{"Response", "Error"}, {"Message", "Variable not set"}}).kind, Reply::Kind::refused);
  EXPECT_EQ(read_reply({}).kind, Reply::Kind::none);
}

TEST(ReplyTest, KnowsAnUnknownActionOnEachWire) {
  EXPECT_EQ(read({{"Response", "Error"},
                  {"Message",
                   "Invalid/unknown command: DeviceStateList. Use Action: ListCommands to show available commands."}})
                .kind,
            Reply::Kind::no_such);
  EXPECT_EQ(read({{"Response", "Error"},
                  {"Message",
                   "Asterisk did not answer: it has no such action, or the module of that action is not "
                   "loaded."}})
                .kind,
            Reply::Kind::no_such);
  EXPECT_EQ(read({{"Response", "Error"}}, {{"Message", "Internal error."}}).kind, Reply::Kind::no_such);
}

TEST(ReplyTest, AMessageIsFitForALine) {
  EXPECT_EQ(read({{"Response", "Error"}, {"Message", "a\x1b[2Jb"}}).message, "a\\x1b[2Jb");
}

}  // namespace
}  // namespace amibroker::doctor
