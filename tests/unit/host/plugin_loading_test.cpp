// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_loading.hpp"

#include <gmock/gmock.h>

namespace amibroker::host {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const PluginFolders folders({AMIBROKER_TEST_PLUGINS});

base::Problem only_error(const PluginConfig& plugin) {
  const auto errors = check_plugins(folders, std::vector{plugin}).errors;
  EXPECT_THAT(errors, SizeIs(1));
  return errors.at(0);
}

TEST(LoadPlugins, OnlyThoseThatAreSwitchedOnAreLoaded) {
  std::vector<base::Problem> errors;
  const std::vector<PluginConfig> plugins{{"healthy", true, 1, {}}, {"no_symbol", false, 2, {}}};
  const auto loaded = load_plugins(folders, plugins, errors);
  EXPECT_THAT(errors, IsEmpty());
  ASSERT_THAT(loaded, SizeIs(1));
  EXPECT_STREQ(loaded[0].library.descriptor().name, "healthy");
}

TEST(LoadPlugins, APluginWithAMistakeIsLeftOutAndTheOthersAreLoaded) {
  std::vector<base::Problem> errors;
  const std::vector<PluginConfig> plugins{
      {"other_abi", true, 1, {}}, {"with_options", true, 2, {{"pace", "0", 8}}}, {"healthy", true, 3, {}}};
  const auto loaded = load_plugins(folders, plugins, errors);
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].line, 1);
  EXPECT_EQ(errors[1].line, 8);
  ASSERT_THAT(loaded, SizeIs(1));
  EXPECT_STREQ(loaded[0].library.descriptor().name, "healthy");
}

TEST(LoadPlugins, SettingsReachTheOptions) {
  std::vector<base::Problem> errors;
  const std::vector<PluginConfig> plugins{{"with_options", true, 2, {{"pace", "10", 8}}}};
  const auto loaded = load_plugins(folders, plugins, errors);
  ASSERT_THAT(loaded, SizeIs(1));
  EXPECT_EQ(loaded[0].options.integer("pace"), 10);
}

TEST(CheckPlugins, AMissingFileIsAnErrorWithLineNearestNameAndRemedy) {
  const auto error = only_error({"helthy", true, 14, {}});
  EXPECT_EQ(error.line, 14);
  EXPECT_THAT(error.text, AllOf(HasSubstr("plugin helthy is switched on"), HasSubstr(AMIBROKER_TEST_PLUGINS),
                                HasSubstr("did you mean \"healthy\"?"), HasSubstr("'helthy = no'")));
}

TEST(CheckPlugins, AFileThatCannotBeUsedIsAnErrorWithLineAndRemedy) {
  const auto error = only_error({"other_abi", true, 15, {}});
  EXPECT_EQ(error.line, 15);
  EXPECT_THAT(error.text, AllOf(HasSubstr("plugin ABI 1"), HasSubstr("build it again"), HasSubstr("'other_abi = no'")));
}

TEST(CheckPlugins, ANameThatWouldLeaveTheFolderIsRefused) {
  for (const char* name : {"../healthy", "/etc/passwd", "", "Healthy", "a b", "x\n"})
    EXPECT_THAT(only_error({name, true, 3, {}}).text, HasSubstr("cannot be the name of a plugin")) << name;
}

TEST(CheckPlugins, WithoutMistakesThereIsNothingToSay) {
  EXPECT_THAT(check_plugins(folders, std::vector<PluginConfig>{{"healthy", true, 1, {}}}).errors, IsEmpty());
}

TEST(CheckPlugins, WhatAPluginFindsInItsOptionsIsAnErrorWithTheLineOfTheOption) {
  const auto error = only_error({"checks_options", true, 3, {{"greeting", "a", 8}, {"name", "a", 9}}});
  EXPECT_EQ(error.line, 9);
  EXPECT_EQ(error.text, "plugin checks_options option name must differ from greeting, and both are \"a\"");
}

TEST(CheckPlugins, AnOptionThatHasItsDefaultIsAnErrorInTheLineThatSwitchesThePluginOn) {
  EXPECT_EQ(only_error({"checks_options", true, 3, {{"greeting", "world", 8}}}).line, 3);
}

TEST(CheckPlugins, APluginThatFailsInItsCheckIsAnError) {
  const auto error = only_error({"checks_options", true, 3, {{"greeting", "throw", 8}, {"name", "throw", 9}}});
  EXPECT_EQ(error.line, 3);
  EXPECT_THAT(error.text, AllOf(HasSubstr("failed as it checked its options: no check today"), HasSubstr(".so")));
}

TEST(CheckPlugins, WhatAPluginSaysIsBoundedAndFitForALine) {
  const auto errors =
      check_plugins(folders, std::vector<PluginConfig>{{"checks_options", true, 3, {{"greeting", "many", 8}}}}).errors;
  EXPECT_THAT(errors, SizeIs(20));
  EXPECT_LT(errors.at(0).text.size(), 2100U);
  EXPECT_THAT(errors.at(0).text, HasSubstr("\\x0a"));
}

TEST(CheckPlugins, ExamplesAreShownWithThePluginsName) {
  const auto check = check_plugins(folders, std::vector<PluginConfig>{{"checks_options", true, 3, {}}});
  EXPECT_THAT(check.errors, IsEmpty());
  EXPECT_THAT(check.examples, ::testing::ElementsAre("plugin checks_options: it says hello, world"));
}

TEST(CheckPlugins, WhatAPluginSaysOfItsOptionsShowsNoSecret) {
  const auto said = [](const std::string& greeting) {
    const auto check = check_plugins(
        folders,
        std::vector<PluginConfig>{
            {"checks_options", true, 3, {{"greeting", greeting, 8}, {"name", "throw", 9}, {"token", "hush\n", 10}}}});
    std::string all;
    for (const auto& error : check.errors) all += error.text + '|';
    for (const auto& example : check.examples) all += example + '|';
    return all;
  };
  EXPECT_EQ(said("hi"), "plugin checks_options option token is (secret), (secret)|");
  EXPECT_THAT(said("throw"), AllOf(HasSubstr("no check today(secret)"), ::testing::Not(HasSubstr("hush"))));
}

TEST(LoadPlugins, MistakesInTheDaemonsOwnKeysAndInOptionsAreFoundTogether) {
  std::vector<base::Problem> errors;
  const std::vector<PluginConfig> plugins{{"with_options", true, 3, {{"on_fault", "what", 8}, {"no_such", "1", 9}}}};
  EXPECT_THAT(load_plugins(folders, plugins, errors), IsEmpty());
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].line, 8);
  EXPECT_EQ(errors[1].line, 9);
}

TEST(LoadPlugins, APluginWhoseCheckFindsAMistakeIsLeftOut) {
  std::vector<base::Problem> errors;
  const std::vector<PluginConfig> plugins{{"checks_options", true, 3, {{"name", "hello", 8}}}};
  EXPECT_THAT(load_plugins(folders, plugins, errors), IsEmpty());
  EXPECT_THAT(errors, SizeIs(1));
}

}  // namespace
}  // namespace amibroker::host
