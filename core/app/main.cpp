// SPDX-License-Identifier: Apache-2.0
//
// zmq-ami-broker: makes many Asterisk servers act as one.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <variant>

#include "core/app/application.hpp"
#include "core/app/command_line.hpp"
#include "core/app/config.hpp"
#include "core/app/end_limit.hpp"
#include "core/app/exit_code.hpp"
#include "core/app/logging.hpp"
#include "core/app/make_keys.hpp"
#include "core/app/signals.hpp"
#include "core/host/plugin_list.hpp"
#include "core/host/plugin_loading.hpp"

namespace {

using namespace amibroker;
using app::CommandLine;
using app::ExitCode;

/// The plugins that came with this binary: ../lib/zmq-ami-broker/plugins from its folder, built or installed.
std::filesystem::path own_plugin_folder() {
  std::error_code error;
  const auto binary = std::filesystem::read_symlink("/proc/self/exe", error);
  return (binary.parent_path().parent_path() / AMIBROKER_PLUGIN_DIR).lexically_normal();
}

/// The folder that was asked for, then our own: whoever keeps handlers elsewhere still has the default ones.
host::PluginFolders folders_of(const CommandLine& line, const app::Config& config) {
  std::vector<std::filesystem::path> folders;
  if (line.plugin_path) folders.emplace_back(*line.plugin_path);
  else if (!config.plugin_path.empty()) folders.emplace_back(config.plugin_path);
  folders.push_back(own_plugin_folder());
  return host::PluginFolders(std::move(folders));
}

void print(const std::string& file, const std::vector<base::Problem>& lines, const char* kind) {
  for (const auto& line : lines) std::fprintf(stderr, "%s%s\n", kind, app::to_string(file, line).c_str());
}

int show(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return static_cast<int>(ExitCode::success);
}

int list_plugins(const CommandLine& line) {
  app::Config config;
  if (line.config_file_given) {
    app::LoadedConfig loaded = app::load_config(line.config_file);
    print(line.config_file, loaded.errors, "");
    if (!loaded.ok()) return static_cast<int>(ExitCode::wrong_config);
    config = std::move(loaded.config);
  }
  std::string text;
  for (const auto& plugin : host::list_plugins(folders_of(line, config))) text += host::describe(plugin);
  return show(text.empty() ? "no plugins\n" : text);
}

int make_keys(const CommandLine& line) {
  const auto made = app::make_keys(line.key_base);
  if (const auto* keys = std::get_if<app::KeysMade>(&made)) return show(keys->text);
  std::fprintf(stderr, "zmq-ami-broker: %s\n", std::get<app::KeysError>(made).text.c_str());
  return static_cast<int>(ExitCode::failure);
}

int check_config(const CommandLine& line, const app::LoadedConfig& loaded) {
  const auto check = host::check_plugins(folders_of(line, loaded.config), loaded.config.plugins);
  print(line.config_file, check.errors, "");
  if (!check.errors.empty()) return static_cast<int>(ExitCode::wrong_config);
  for (const std::string& example : check.examples) show(example + '\n');
  return show(line.config_file + ": no mistakes, " + std::to_string(loaded.config.servers.size()) + " servers\n");
}

/// The life of the daemon, between the start of its log and its end.
ExitCode serve(const CommandLine& line, const app::Config& config, const app::EndLimit& end) {
  try {
    app::Application application(config, end);
    const auto errors = application.load_plugins(folders_of(line, config));
    print(line.config_file, errors, "");
    if (!errors.empty()) return ExitCode::wrong_config;
    application.run();
    return ExitCode::success;
  } catch (const std::exception& error) {
    spdlog::critical("cannot go on: {}", error.what());
    return ExitCode::failure;
  }
}

int run(const CommandLine& line, const app::Config& config) {
  app::prepare_signals();
  const app::EndLimit end;
  app::Logging logging(line.log_level.value_or(config.log_level));
  const int code = static_cast<int>(serve(line, config, end));
  end.waits_for("what reads the log (stderr)");
  // Some of the time is left for the way out of the process.
  const auto limit = std::min(app::Logging::default_limit, end.left() / 2);
  if (!logging.close(limit)) ::_exit(code);
  end.waits_for("the process to be taken down");
  return code;
}

int carry_out(const CommandLine& line) {
  switch (line.task) {
    case CommandLine::Task::show_help: return show(app::help_text());
    case CommandLine::Task::show_version: return show(app::version_text());
    case CommandLine::Task::list_plugins: return list_plugins(line);
    case CommandLine::Task::make_keys: return make_keys(line);
    case CommandLine::Task::run:
    case CommandLine::Task::check_config: break;
  }
  const app::LoadedConfig loaded = app::load_config(line.config_file);
  print(line.config_file, loaded.warnings, "warning: ");
  print(line.config_file, loaded.errors, "");
  if (!loaded.ok()) return static_cast<int>(ExitCode::wrong_config);
  return line.task == CommandLine::Task::run ? run(line, loaded.config) : check_config(line, loaded);
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = app::parse_command_line(argc, argv);
  if (const auto* error = std::get_if<app::UsageError>(&parsed)) {
    std::fprintf(stderr, "zmq-ami-broker: %s\n", error->text.c_str());
    return static_cast<int>(ExitCode::wrong_use);
  }
  try {
    return carry_out(std::get<CommandLine>(parsed));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "zmq-ami-broker: cannot go on: %s\n", error.what());
    return static_cast<int>(ExitCode::failure);
  }
}
