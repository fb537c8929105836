// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/own_commands.hpp"

#include <gmock/gmock.h>

#include "tests/unit/ctl/commands_fixture.hpp"

namespace amibroker::ctl {
namespace {

using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Throws;

Json daemon_commands() { return {{"commands", {command("status", "look"), command("zzz", "change")}}}; }

Question question_for(const std::vector<std::string>& words) {
  return std::get<Question>(question_of(std::get<Line>(parse_line(words)), with_own_commands(daemon_commands())));
}

TEST(OwnCommands, StandAmongThoseOfTheDaemonInOrder) {
  std::vector<std::string> names;
  const Json all = with_own_commands(daemon_commands());
  for (const Json& one : all.at("commands")) names.push_back(one.at("name"));
  EXPECT_THAT(names, ::testing::ElementsAre("status", "top", "watch", "zzz"));
  EXPECT_TRUE(is_own_command("watch"));
  EXPECT_TRUE(is_own_command("top"));
  EXPECT_FALSE(is_own_command("status"));
}

TEST(OwnCommands, TakeTheirArgumentsLikeAllOthers) {
  EXPECT_EQ(question_for({"watch", "--name", "PJSIP/1*"}).target, "/v1/watch?name=PJSIP%2F1%2A");
  EXPECT_EQ(question_for({"top", "--every=5"}).arguments, (Json{{"every", "5"}}));
}

TEST(OwnCommands, SayWhichNumbersTheyTake) {
  const Client nobody("/nonexistent/socket", std::chrono::milliseconds(100));
  for (const std::string wrong : {"0", "-1", "3601", "x", "1.5", "99999999999999999999"})
    EXPECT_THAT(
        [&] {
          run_own_command(nobody, question_for({"top", "--every", wrong}), false);
        },
        Throws<WrongUse>(Field(&WrongUse::text, HasSubstr("--every: write a number from 1 to 3600"))))
        << wrong;
}

TEST(OwnCommands, NeedTheDaemon) {
  const Client nobody("/nonexistent/socket", std::chrono::milliseconds(100));
  for (const std::string name : {"watch", "top"})
    EXPECT_THROW(run_own_command(nobody, question_for({name}), false), NotReachable) << name;
}

}  // namespace
}  // namespace amibroker::ctl
