// SPDX-License-Identifier: Apache-2.0
//
// What is other in a plugin that is to run than in the one that runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/host/file_identity.hpp"
#include "core/host/options.hpp"
#include "core/host/plugin_keys.hpp"
#include "core/host/plugin_life.hpp"

namespace amibroker::host {

/// A plugin as a configuration wants it. What it refers to outlives it.
struct WantedPlugin {
  bool apart = false;  ///< in a process of its own
  std::filesystem::path file{};
  std::optional<FileIdentity> identity{};  ///< of the file as it is now
  const OptionValues& options;
  const PluginKeys& keys;
};

struct PluginDifference {
  bool starts = false;                 ///< none runs; the rest says nothing then
  bool new_file = false;               ///< its library was replaced
  std::vector<std::string> options{};  ///< a text for each that has another value
  std::vector<std::string> keys{};     ///< the same of the daemon's own keys

  /// For the administrator, a text for each; empty: nothing is different.
  [[nodiscard]] std::vector<std::string> lines() const;
};

/// `life`: the plugin as it is now; null if it was never wanted.
[[nodiscard]] PluginDifference difference(const PluginLife* life, const WantedPlugin& wanted);

}  // namespace amibroker::host
