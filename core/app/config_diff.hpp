// SPDX-License-Identifier: Apache-2.0
//
// The difference of two configurations, as data: what a reload has to do, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/config.hpp"
#include "core/host/plugin_loading.hpp"

namespace amibroker::app {

/// A server whose section is in both configurations, and says something else now.
struct ChangedServer {
  ServerSettings now;
  bool reconnects = false;        ///< the way to it is another one; else only what plugins know of it
  std::vector<std::string> what;  ///< a phrase each: "its name is Berlin, was Console 1"
};

/// Servers are the same if their sections have the same name; in which order they are listed means nothing.
struct ConfigDiff {
  /// Keys of [general] and [control], and the folder of the plugins: a phrase each.
  std::vector<std::string> general;
  std::vector<ServerSettings> retired;
  std::vector<ChangedServer> changed;
  std::vector<ServerSettings> added;

  /// A line each, for the log. No line shows a secret. Of the plugins a daemon that runs knows more than two files: see
  /// host::PluginPlan.
  [[nodiscard]] std::vector<std::string> lines() const;
};

/// What the command line says and the file cannot change.
struct CommandLineWins {
  bool log_level = false;
  bool plugin_path = false;
};

/// Both were read without errors.
[[nodiscard]] ConfigDiff difference(const Config& before, const Config& now, const CommandLineWins& wins = {});

/// What a reload changes of the plugins, a line each, but for files that were replaced. The checks are those of the
/// same configurations, without mistakes.
[[nodiscard]] std::vector<std::string> plugin_difference(const Config& before, const host::PluginCheck& check_before,
                                                         const Config& now, const host::PluginCheck& check_now);

}  // namespace amibroker::app
