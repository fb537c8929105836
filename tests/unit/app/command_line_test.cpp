// SPDX-License-Identifier: Apache-2.0
#include "core/app/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amibroker::app {
namespace {

using testing::HasSubstr;

std::variant<CommandLine, UsageError> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "zmq-ami-broker");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

CommandLine good(std::vector<const char*> arguments) {
  const auto result = parse(std::move(arguments));
  if (const auto* error = std::get_if<UsageError>(&result)) {
    ADD_FAILURE() << error->text;
    return {};
  }
  return std::get<CommandLine>(result);
}

std::string usage_error(std::vector<const char*> arguments) {
  const auto result = parse(std::move(arguments));
  const auto* error = std::get_if<UsageError>(&result);
  return error != nullptr ? error->text : "none";
}

TEST(CommandLine, WithoutArgumentsRunsWithTheDefaultFile) {
  const CommandLine line = good({});
  EXPECT_EQ(line.task, CommandLine::Task::run);
  EXPECT_THAT(line.config_file, HasSubstr("/zmq-ami-broker/zmq-ami-broker.ini"));
  EXPECT_FALSE(line.config_file_given);
  EXPECT_EQ(line.plugin_path, std::nullopt);
  EXPECT_EQ(line.log_level, std::nullopt);
}

TEST(CommandLine, TakesTheFileWithAndWithoutTheWord) {
  for (const auto& arguments : {std::vector<const char*>{"a.ini"}, {"--config", "a.ini"}, {"--config=a.ini"}}) {
    EXPECT_EQ(good(arguments).config_file, "a.ini");
    EXPECT_TRUE(good(arguments).config_file_given);
  }
}

TEST(CommandLine, TakesOptionsInAnyOrder) {
  const CommandLine line = good({"--log-level", "DEBUG", "a.ini", "--plugins=p q"});
  EXPECT_EQ(line.config_file, "a.ini");
  EXPECT_EQ(line.log_level, Level::debug);
  EXPECT_EQ(line.plugin_path, "p q");
  EXPECT_EQ(line.state_folder, std::nullopt);
  EXPECT_EQ(good({"a.ini", "--state-folder", "s"}).state_folder, "s");
}

TEST(CommandLine, JsonGoesWithCheckConfigAlone) {
  EXPECT_TRUE(good({"--check-config", "--json", "a.ini"}).json);
  EXPECT_FALSE(good({"--check-config", "a.ini"}).json);
  EXPECT_EQ(good({"--json", "--help"}).task, CommandLine::Task::show_help);
  EXPECT_EQ(usage_error({"--json", "a.ini"}), "--json goes with --check-config alone");
  EXPECT_EQ(usage_error({"--json", "--diff", "a.ini", "b.ini"}), "--json goes with --check-config alone");
}

TEST(CommandLine, ADoctorHasAServer) {
  const CommandLine line = good({"--doctor", "server-1", "a.ini"});
  EXPECT_EQ(line.task, CommandLine::Task::doctor);
  EXPECT_EQ(line.doctor_server, "server-1");
  EXPECT_EQ(line.config_file, "a.ini");
  EXPECT_THAT(usage_error({"--doctor", ""}), HasSubstr("name is empty"));
  EXPECT_THAT(usage_error({"--doctor", "a", "--check-config"}), HasSubstr("do not go together"));
}

TEST(CommandLine, ADiffHasTwoFiles) {
  const CommandLine line = good({"--plugins", "p", "--diff", "old.ini", "new.ini"});
  EXPECT_EQ(line.task, CommandLine::Task::show_diff);
  EXPECT_EQ(line.old_config_file, "old.ini");
  EXPECT_EQ(line.config_file, "new.ini");
  EXPECT_EQ(line.plugin_path, "p");
  for (const auto& arguments :
       {std::vector<const char*>{"--diff", "a"}, {"--diff", "a", "b", "c"}, {"--config", "c", "--diff", "a", "b"}})
    EXPECT_THAT(usage_error(arguments), HasSubstr("--diff: write two files"));
  EXPECT_THAT(usage_error({"--diff", "a", "b", "--check-config"}), HasSubstr("do not go together"));
  EXPECT_NE(usage_error({"--diff"}), "none");
}

TEST(CommandLine, HasOneTask) {
  EXPECT_EQ(good({"--check-config", "a.ini"}).task, CommandLine::Task::check_config);
  EXPECT_EQ(good({"--list-plugins"}).task, CommandLine::Task::list_plugins);
  EXPECT_EQ(good({"--version"}).task, CommandLine::Task::show_version);
  EXPECT_EQ(good({"--help"}).task, CommandLine::Task::show_help);
  EXPECT_EQ(good({"-h", "--check-config"}).task, CommandLine::Task::show_help);
  EXPECT_EQ(good({"--make-keys", "broker"}).task, CommandLine::Task::make_keys);
  EXPECT_EQ(good({"--make-keys=dir/broker"}).key_base, "dir/broker");
  EXPECT_EQ(usage_error({"--check-config", "--list-plugins"}), "--check-config and --list-plugins do not go together");
  EXPECT_EQ(usage_error({"--make-keys", "k", "--check-config"}), "--check-config and --make-keys do not go together");
}

TEST(CommandLine, WrongUseIsOneClearLine) {
  EXPECT_EQ(usage_error({"--chek-config"}), "unrecognised option '--chek-config' (did you mean \"--check-config\"?)");
  EXPECT_EQ(usage_error({"--xyzzy-plugh"}), "unrecognised option '--xyzzy-plugh'");
  EXPECT_EQ(usage_error({"-x"}), "unrecognised option '-x'");
  EXPECT_EQ(usage_error({"--vers"}), "unrecognised option '--vers'");
  EXPECT_EQ(usage_error({"a.ini", "b.ini"}), "more than one configuration file is given");
  EXPECT_EQ(usage_error({"--config", "a.ini", "b.ini"}), "option '--config' cannot be specified more than once");
  EXPECT_EQ(usage_error({"--make-keys"}), "the required argument for option '--make-keys' is missing");
  EXPECT_EQ(usage_error({"--make-keys", ""}), "--make-keys: the name is empty");
  EXPECT_EQ(usage_error({"--plugins"}), "the required argument for option '--plugins' is missing");
  EXPECT_EQ(usage_error({"--plugins", ""}), "--plugins: the folder's name is empty");
  EXPECT_EQ(usage_error({"--state-folder", ""}), "--state-folder: the folder's name is empty");
  EXPECT_EQ(usage_error({""}), "--config: the file's name is empty");
  EXPECT_EQ(usage_error({"--log-level", "warnin"}),
            "--log-level \"warnin\": write debug, info, warning or error (did you mean \"warning\"?)");
}

TEST(CommandLine, HelpNamesEveryOption) {
  for (const char* option : {"--config", "--check-config", "--list-plugins", "--make-keys", "--plugins",
                             "--state-folder", "--log-level", "--version", "--help", "78"})
    EXPECT_THAT(help_text(), HasSubstr(option));
}

TEST(CommandLine, VersionSaysWhatAPluginMustMatch) {
  EXPECT_THAT(version_text(),
              testing::MatchesRegex("zmq-ami-broker [0-9.]+\nplugin interface [0-9]+, (gcc|clang)-.*\n"));
}

}  // namespace
}  // namespace amibroker::app
