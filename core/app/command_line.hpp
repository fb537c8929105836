// SPDX-License-Identifier: Apache-2.0
//
// The daemon's command line.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "amibroker/host.hpp"

namespace amibroker::app {

/// What the daemon is asked to do.
struct CommandLine {
  enum class Task {
    run,
    check_config,  ///< read the configuration, say what is wrong with it, end
    doctor,        ///< say what is wrong with the server `doctor_server`, end
    show_diff,     ///< say what is different in `config_file` from `old_config_file`, end
    list_plugins,  ///< show the plugins of the folder, end
    make_keys,     ///< make the two files of `key_base`, end
    show_version,
    show_help,
  };
  Task task = Task::run;
  std::string config_file;  ///< as given, or the default one
  bool config_file_given = false;
  bool json = false;                        ///< what check_config finds is one JSON object
  std::string old_config_file;              ///< of show_diff
  std::string doctor_server;                ///< of doctor: a section, or a name for people
  std::optional<std::string> plugin_path;   ///< wins over the configuration; relative to the working directory
  std::optional<std::string> state_folder;  ///< wins over systemd's; relative to the working directory
  std::string key_base;                     ///< name of the files that make_keys makes, without their ends
  std::optional<Level> log_level;           ///< wins over the configuration
};

/// Wrong use: one line for the user, without a line end.
struct UsageError {
  std::string text;
};

/// `argv[0]` is not looked at. Nothing is printed.
[[nodiscard]] std::variant<CommandLine, UsageError> parse_command_line(int argc, const char* const* argv);

/// What `--help` prints, with a line end.
[[nodiscard]] std::string help_text();

/// What `--version` prints, with a line end: version, plugin interface, compiler.
[[nodiscard]] std::string version_text();

}  // namespace amibroker::app
