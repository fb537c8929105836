// SPDX-License-Identifier: Apache-2.0
#include "core/control/command.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace amibroker::control {
namespace {

using ::testing::HasSubstr;
using Type = ArgumentSpec::Type;

const Command command{"show",
                      Level::look,
                      "says why",
                      {{"name", Type::text, true, "a name"},
                       {"most", Type::number, false, "how many"},
                       {"all", Type::flag, false, "all of them"}},
                      {}};

Failure refused(const Json& given) {
  const auto checked = check_arguments(command, given);
  if (const auto* const failure = std::get_if<Failure>(&checked)) return *failure;
  ADD_FAILURE() << given.dump() << " was taken";
  return {0, {}, {}};
}

Arguments taken(const Json& given) {
  auto checked = check_arguments(command, given);
  if (const auto* const failure = std::get_if<Failure>(&checked)) ADD_FAILURE() << failure->text;
  return std::get<Arguments>(std::move(checked));
}

TEST(CheckArguments, TakesThemAsJsonAndAsTextsOfAQuery) {
  for (const Json& given :
       {Json{{"name", "PJSIP/1"}, {"most", 7}, {"all", true}}, Json{{"name", "PJSIP/1"}, {"most", "7"}, {"all", ""}}}) {
    const Arguments arguments = taken(given);
    EXPECT_EQ(arguments.text("name"), "PJSIP/1");
    EXPECT_EQ(arguments.number("most"), 7U);
    EXPECT_TRUE(arguments.flag("all"));
    EXPECT_EQ(arguments.for_log(), "all=true most=7 name=PJSIP/1");
  }
  const Arguments few = taken({{"name", "a"}});
  EXPECT_EQ(few.number("most"), std::nullopt);
  EXPECT_FALSE(few.flag("all"));
}

TEST(CheckArguments, NamesTheNearestArgumentAndTheOneThatIsMissing) {
  EXPECT_THAT(refused({{"nam", "a"}}).text, HasSubstr("did you mean \"name\""));
  EXPECT_THAT(refused(Json::object()).text, HasSubstr("show needs the argument \"name\": a name"));
  EXPECT_EQ(refused(Json::array()).status, 400);
}

TEST(CheckArguments, RefusesValuesOfAnotherKind) {
  const Json wrong_texts[] = {"",
                              std::string(201, 'a'),
                              "a\r\nAction: Originate",
                              std::string("a\0b", 3),
                              7,
                              true,
                              nullptr,
                              Json::array({"a"}),
                              Json{{"a", 1}}};
  for (const Json& value : wrong_texts) EXPECT_EQ(refused({{"name", value}}).status, 400) << value;
  const Json wrong_numbers[] = {
      -1,   1.5,    "1.5", "-1", "", " 1", "1e3", "99999999999999999999", 18446744073709551615U, 1'000'000'000'000'001,
      true, nullptr};
  for (const Json& value : wrong_numbers) EXPECT_EQ(refused({{"name", "a"}, {"most", value}}).status, 400) << value;
  const Json wrong_flags[] = {"yes", 1, nullptr, "TRUE"};
  for (const Json& value : wrong_flags) EXPECT_EQ(refused({{"name", "a"}, {"all", value}}).status, 400) << value;
}

TEST(CheckArguments, ShowsAHostileNameAsOneLine) {
  const std::string text = refused({{"a\n\x1b[2J\xff", "x"}}).text;
  EXPECT_EQ(text.find_first_of("\n\x1b\xff"), std::string::npos) << text;
}

TEST(Arguments, AreFitForOneLineOfTheLog) { EXPECT_EQ(taken({{"name", "a\xff"}}).for_log(), "name=a\\xff"); }

TEST(Commands, AreThereOnce) {
  Commands commands;
  commands.add(command);
  EXPECT_THROW(commands.add(command), std::logic_error);
  EXPECT_NE(commands.find("show"), nullptr);
  EXPECT_EQ(commands.find("Show"), nullptr);
  EXPECT_EQ(commands.unknown("shew").status, 404);
  EXPECT_THAT(commands.unknown("shew").text, HasSubstr("did you mean \"show\""));
}

TEST(Commands, DescribeThemselves) {
  Commands commands;
  commands.add(command);
  commands.add({"reload", Level::change, "reads it again", {}, {}});
  EXPECT_EQ(commands.describe(), Json::parse(R"({"commands":[
      {"name":"reload","level":"change","help":"reads it again","arguments":[]},
      {"name":"show","level":"look","help":"says why","arguments":[
        {"name":"name","type":"text","required":true,"help":"a name"},
        {"name":"most","type":"number","required":false,"help":"how many"},
        {"name":"all","type":"flag","required":false,"help":"all of them"}]}]})"));
}

}  // namespace
}  // namespace amibroker::control
