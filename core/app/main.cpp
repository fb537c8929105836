// SPDX-License-Identifier: Apache-2.0
//
// zmq-ami-broker: makes many Asterisk servers act as one.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/app/application.hpp"
#include "core/app/command_line.hpp"
#include "core/app/config.hpp"
#include "core/app/config_diff.hpp"
#include "core/app/config_report.hpp"
#include "core/app/death.hpp"
#include "core/app/doctor_case.hpp"
#include "core/app/end_limit.hpp"
#include "core/app/exit_code.hpp"
#include "core/app/exit_guard.hpp"
#include "core/app/fatal_signals.hpp"
#include "core/app/last_lines.hpp"
#include "core/app/logging.hpp"
#include "core/app/make_keys.hpp"
#include "core/app/report.hpp"
#include "core/app/signals.hpp"
#include "core/app/stack_request.hpp"
#include "core/base/printable.hpp"
#include "core/doctor/examination.hpp"
#include "core/doctor/judge.hpp"
#include "core/host/isolated_check.hpp"
#include "core/host/isolated_helper.hpp"
#include "core/host/isolated_process.hpp"
#include "core/host/plugin_warnings.hpp"

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

void print_errors(const std::string& file, const std::vector<base::Problem>& lines) {
  for (const auto& line : lines) app::print_line(Level::error, app::to_string(file, line));
}

void print_warnings(const std::string& file, const std::vector<base::Problem>& lines) {
  for (const auto& line : lines) app::print_line(Level::warning, "warning: " + app::to_string(file, line));
}

/// What is wrong with the command line, or with all that this process is to do.
void complain(const std::string& text) { app::print_line(Level::error, "zmq-ami-broker: " + text); }

int show(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return static_cast<int>(ExitCode::success);
}

int list_plugins(const CommandLine& line) {
  app::Config config;
  if (line.config_file_given) {
    app::LoadedConfig loaded = app::load_config(line.config_file);
    print_errors(line.config_file, loaded.errors);
    if (!loaded.ok()) return static_cast<int>(ExitCode::wrong_config);
    config = std::move(loaded.config);
  }
  const std::string text = host::describe_plugins_apart(host::own_binary, folders_of(line, config), config.plugins);
  return show(text.empty() ? "no plugins\n" : text);
}

int make_keys(const CommandLine& line) {
  const auto made = app::make_keys(line.key_base);
  if (const auto* keys = std::get_if<app::KeysMade>(&made)) return show(keys->text);
  complain(std::get<app::KeysError>(made).text);
  return static_cast<int>(ExitCode::failure);
}

/// Warnings and mistakes are printed.
app::LoadedConfig load(const std::string& file) {
  app::LoadedConfig loaded = app::load_config(file);
  print_warnings(file, loaded.warnings);
  print_errors(file, loaded.errors);
  return loaded;
}

int check_config(const CommandLine& line) {
  app::LoadedConfig loaded = app::load_config(line.config_file);
  const auto examples = app::check_plugins_too(loaded, host::own_binary, folders_of(line, loaded.config));
  if (line.json) {
    show(app::to_json(line.config_file, loaded) + '\n');
  } else {
    print_warnings(line.config_file, loaded.warnings);
    print_errors(line.config_file, loaded.errors);
  }
  if (!loaded.ok()) return static_cast<int>(ExitCode::wrong_config);
  if (line.json) return static_cast<int>(ExitCode::success);
  for (const std::string& example : examples) show(example + '\n');
  return show(line.config_file + ": no mistakes, " + app::counted(loaded.config.servers.size(), "server") + "\n");
}

int look_at_server(const CommandLine& line) {
  const app::LoadedConfig loaded = load(line.config_file);
  if (!loaded.ok()) return static_cast<int>(ExitCode::wrong_config);
  const auto patient = app::case_of(loaded.config, line.doctor_server);
  if (!patient) {
    std::fprintf(stderr, "zmq-ami-broker: --doctor: %s\n",
                 app::no_such_server(loaded.config, line.doctor_server).c_str());
    return static_cast<int>(ExitCode::wrong_use);
  }
  const auto findings = doctor::judge(*patient, doctor::examine(*patient, {}, {}));
  show(to_text(findings));
  return static_cast<int>(is_any_wrong(findings) ? ExitCode::failure : ExitCode::success);
}

std::vector<base::Problem> plugin_errors(const CommandLine& line, const app::Config& config) {
  return host::check_plugins_apart(host::own_binary, folders_of(line, config), config.plugins).errors;
}

int show_diff(const CommandLine& line) {
  app::Config configs[2];
  host::PluginCheck checks[2];
  bool right = true;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string& file = i == 0 ? line.old_config_file : line.config_file;
    app::LoadedConfig loaded = load(file);
    checks[i] = host::check_plugins_apart(host::own_binary, folders_of(line, loaded.config), loaded.config.plugins);
    print_errors(file, checks[i].errors);
    right = right && loaded.ok() && checks[i].errors.empty();
    configs[i] = std::move(loaded.config);
  }
  if (!right) return static_cast<int>(ExitCode::wrong_config);
  const auto diff = app::difference(configs[0], configs[1], {line.log_level.has_value(), line.plugin_path.has_value()});
  std::string text;
  for (const auto& lines : {diff.lines(), app::plugin_difference(configs[0], checks[0], configs[1], checks[1])})
    for (const std::string& change : lines) text += change + '\n';
  return show(text.empty() ? "nothing is different\n" : text);
}

/// The life of the daemon, between the start of its log and its end.
ExitCode serve(const CommandLine& line, app::Config config, app::Logging& logging, const app::EndLimit& end) {
  try {
    const auto folders = [line](const app::Config& of) { return folders_of(line, of); };
    print_warnings(line.config_file, host::plugin_warnings(folders(config), config.plugins));
    app::Application application(std::move(config), line, folders, logging, end);
    const auto errors = application.load_plugins();
    print_errors(line.config_file, errors);
    if (!errors.empty()) return ExitCode::wrong_config;
    app::guard_exits();  // again, for the plugins' static objects
    return application.run();
  } catch (const std::exception& error) {
    spdlog::critical("cannot go on: {}", error.what());
    return ExitCode::failure;
  }
}

/// A folder of state that was asked for and is not there is a mistake that the plugins alone would find, one by one.
bool has_state_folder(const CommandLine& line) {
  std::error_code error;
  if (!line.state_folder || std::filesystem::is_directory(*line.state_folder, error)) return true;
  const std::string why = error ? ": " + error.message() : std::string();
  complain("--state-folder: " + base::printable(*line.state_folder, 500) + " is no folder" + why +
           "; make it, for the daemon's user alone");
  return false;
}

int run(const CommandLine& line) {
  if (!has_state_folder(line)) return static_cast<int>(ExitCode::wrong_use);
  // First of all: a SIGHUP that comes now is carried out later, and the file may be on a disk that does not answer.
  app::prepare_signals();
  const app::EndLimit end;
  end.waits_for("the configuration to be read");
  app::LoadedConfig loaded = load(line.config_file);
  if (!loaded.ok()) {
    // Whoever mends the file should not find the plugins' mistakes at the next start.
    end.waits_for("the plugins to be checked");
    print_errors(line.config_file, plugin_errors(line, loaded.config));
    return static_cast<int>(ExitCode::wrong_config);
  }
  end.set_limit(loaded.config.stop_limit);
  app::Logging logging(line.log_level.value_or(loaded.config.log_level));
  app::keep_last_lines(logging.drain());
  app::answer_stack_requests();
  const int code = static_cast<int>(serve(line, std::move(loaded.config), logging, end));
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
    case CommandLine::Task::check_config: return check_config(line);
    case CommandLine::Task::doctor: return look_at_server(line);
    case CommandLine::Task::show_diff: return show_diff(line);
    case CommandLine::Task::run: break;
  }
  return run(line);
}

/// From here on nothing ends the process silently.
void name_every_end() {
  app::prepare_death();
  app::name_fatal_signals();
  app::guard_exits();
}

int run_main(int argc, char** argv) {
  const auto parsed = app::parse_command_line(argc, argv);
  if (const auto* error = std::get_if<app::UsageError>(&parsed)) {
    complain(error->text);
    return static_cast<int>(ExitCode::wrong_use);
  }
  try {
    return carry_out(std::get<CommandLine>(parsed));
  } catch (const std::exception& error) {
    complain(std::string("cannot go on: ") + error.what());
    return static_cast<int>(ExitCode::failure);
  }
}

}  // namespace

int main(int argc, char** argv) {
  // How it ends is told by the daemon that started it.
  if (argc > 1 && std::string_view(argv[1]) == host::isolated::helper_argument) return host::isolated::run_helper();
  name_every_end();
  const int code = run_main(argc, argv);
  amibroker::app::end_is_meant();
  return code;
}
