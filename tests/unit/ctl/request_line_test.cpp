// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/request_line.hpp"

#include <gmock/gmock.h>

#include "tests/unit/ctl/commands_fixture.hpp"

namespace amibroker::ctl {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Strings = std::vector<std::string>;

Line line_of(const Strings& arguments) {
  const auto parsed = parse_line(arguments);
  if (const auto* const wrong = std::get_if<WrongUse>(&parsed)) {
    ADD_FAILURE() << wrong->text;
    return {};
  }
  return std::get<Line>(parsed);
}

/// Why the words are wrong, whoever notices it; empty if they are not.
std::string fault_of(const Strings& arguments) {
  const auto parsed = parse_line(arguments);
  if (const auto* const wrong = std::get_if<WrongUse>(&parsed)) return wrong->text;
  const auto question = question_of(std::get<Line>(parsed), some_commands());
  const auto* const wrong = std::get_if<WrongUse>(&question);
  return wrong != nullptr ? wrong->text : std::string();
}

Question ask(const Strings& arguments) {
  const auto question = question_of(line_of(arguments), some_commands());
  if (const auto* const wrong = std::get_if<WrongUse>(&question)) {
    ADD_FAILURE() << wrong->text;
    return {};
  }
  return std::get<Question>(question);
}

TEST(RequestLine, WithoutOptionsHasTheUsualOnes) {
  const Line line = line_of({"status"});
  EXPECT_EQ(line.socket, "/run/zmq-ami-broker/control.sock");
  EXPECT_EQ(line.patience, std::chrono::seconds(20));
  EXPECT_FALSE(line.json || line.help || line.version);
  EXPECT_THAT(line.words, ElementsAre("status"));
  EXPECT_THAT(line_of({}).words, IsEmpty());
}

TEST(RequestLine, TheToolsOwnOptionsMayBeAnywhere) {
  for (const Strings& words : {Strings{"--json", "--socket", "/s", "--timeout=3", "plugin", "x"},
                               Strings{"plugin", "--json", "x", "--timeout", "3", "--socket=/s"}}) {
    const Line line = line_of(words);
    EXPECT_TRUE(line.json);
    EXPECT_EQ(line.socket, "/s");
    EXPECT_EQ(line.patience, std::chrono::seconds(3));
    EXPECT_THAT(line.words, ElementsAre("plugin", "x"));
  }
  EXPECT_TRUE(line_of({"-h"}).help);
  EXPECT_TRUE(line_of({"--version"}).version);
}

TEST(RequestLine, HelpIsAWordBeforeACommandAndAnOptionAfterIt) {
  for (const Strings& words : {Strings{"help", "plugin", "enable"}, Strings{"plugin", "enable", "--help"}}) {
    EXPECT_TRUE(line_of(words).help);
    EXPECT_THAT(line_of(words).words, ElementsAre("plugin", "enable"));
  }
  EXPECT_FALSE(line_of({"plugin", "help"}).help) << "a plugin may be called so";
}

TEST(RequestLine, MistakesOfTheToolsOwnOptionsAreNamed) {
  EXPECT_THAT(fault_of({"--socket"}), HasSubstr("--socket needs a value"));
  EXPECT_THAT(fault_of({"--socket=", "status"}), HasSubstr("--socket needs a value"));
  EXPECT_THAT(fault_of({"--socket", std::string(108, 'x'), "status"}), HasSubstr("longer than 107 bytes"));
  for (const char* time : {"0", "3601", "x", "1.5", "-1"})
    EXPECT_THAT(fault_of({"--timeout", time, "status"}), HasSubstr("1 to 3600 seconds")) << time;
  EXPECT_THAT(fault_of({"--json=yes", "status"}), HasSubstr("--json takes no value"));
  EXPECT_THAT(fault_of({"--jsn", "status"}), AllOf(HasSubstr("no option --jsn"), HasSubstr("did you mean \"json\"")));
}

TEST(RequestLine, ALookIsAGetWithItsArgumentsInTheQuery) {
  const Question question = ask({"plugin", "a b/ü&=?"});
  EXPECT_FALSE(question.changes);
  EXPECT_EQ(question.command, "plugin");
  EXPECT_EQ(question.target, "/v1/plugin?name=a%20b%2F%C3%BC%26%3D%3F");
  EXPECT_EQ(ask({"status"}).target, "/v1/status");
  EXPECT_EQ(ask({"watch", "--all", "--server", "x"}).target, "/v1/watch?all=true&server=x");
}

TEST(RequestLine, AChangeIsAPostWithItsArgumentsInTheBody) {
  const Question question = ask({"log-level", "debug", "--for", "10m"});
  EXPECT_TRUE(question.changes);
  EXPECT_EQ(question.target, "/v1/log-level");
  EXPECT_EQ(question.arguments, (Json{{"level", "debug"}, {"for", "10m"}}));
  EXPECT_EQ(ask({"log-level", "--for=10m", "debug"}).arguments, question.arguments);
  EXPECT_EQ(ask({"log-level", "debug", "10m"}).arguments, question.arguments) << "required ones first";
}

TEST(RequestLine, AFlagNeedsNoValue) {
  EXPECT_EQ(ask({"reload", "--check"}).arguments, (Json{{"check", "true"}}));
  EXPECT_EQ(ask({"reload", "--check=false"}).arguments, (Json{{"check", "false"}}));
  EXPECT_EQ(ask({"reload"}).arguments, Json::object());
}

TEST(RequestLine, TwoWordsMayNameOneCommand) {
  const Question question = ask({"plugin", "enable", "hello"});
  EXPECT_EQ(question.target, "/v1/plugin-enable");
  EXPECT_EQ(question.arguments, (Json{{"name", "hello"}}));
  EXPECT_EQ(ask({"plugin-enable", "hello"}).target, "/v1/plugin-enable");
  EXPECT_EQ(ask({"plugin", "--name", "enable"}).target, "/v1/plugin?name=enable") << "a plugin of that name";
}

TEST(RequestLine, AfterTwoDashesNothingIsAnOption) {
  EXPECT_EQ(ask({"plugin", "--", "--json"}).arguments, (Json{{"name", "--json"}}));
  EXPECT_FALSE(line_of({"plugin", "--", "--json"}).json);
}

TEST(RequestLine, WhatTheDaemonDoesNotHaveIsNamedWithTheNearest) {
  EXPECT_THAT(fault_of({"staus"}), AllOf(HasSubstr("no command staus"), HasSubstr("did you mean \"status\"")));
  EXPECT_THAT(fault_of({"plugin", "enabel", "x"}), AllOf(HasSubstr("too many"), HasSubstr("did you mean \"enable\"")));
  EXPECT_THAT(fault_of({"reload", "--chek"}), AllOf(HasSubstr("no option --chek"), HasSubstr("\"check\"")));
  EXPECT_THAT(fault_of({"reload", "check"}), AllOf(HasSubstr("takes no words"), HasSubstr("\"check\"")));
}

TEST(RequestLine, WhatIsMissingOrComesTwiceIsNamed) {
  EXPECT_THAT(fault_of({"plugin", "enable"}), HasSubstr("plugin enable needs NAME: what name is"));
  EXPECT_THAT(fault_of({"log-level", "debug", "--for"}), HasSubstr("--for needs a value"));
  EXPECT_THAT(fault_of({"log-level", "debug", "--level", "info"}), HasSubstr("level is given twice"));
}

TEST(RequestLine, ACommandsUsageIsAsItIsWritten) {
  const Json commands = some_commands();
  const auto usage = [&](std::size_t i) {
    return spelled(commands["commands"][i], commands) + ' ' + usage_of(commands["commands"][i]);
  };
  EXPECT_EQ(usage(2), "plugin enable NAME");
  EXPECT_EQ(usage(4), "log-level [--for FOR] LEVEL");
  EXPECT_EQ(usage(5), "reload [--check]");
}

}  // namespace
}  // namespace amibroker::ctl
