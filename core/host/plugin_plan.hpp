// SPDX-License-Identifier: Apache-2.0
//
// What a new configuration asks of the plugins, as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/host/file_identity.hpp"
#include "core/host/isolated_messages.hpp"
#include "core/host/plugin_loading.hpp"

namespace amibroker::host {

/// A plugin that is to run in a process of its own. It was checked, and is not loaded here.
struct ApartPlugin {
  isolated::PluginFrame plugin;
  std::optional<FileIdentity> file;  ///< of its library, when it was checked
  PluginKeys keys;
  OptionValues options;  ///< as they were checked
};

/// What is to become of one plugin.
struct PluginStep {
  enum class Kind : std::uint8_t {
    keep,     ///< the instance that runs goes on; the daemon's own keys may be other than before
    start,    ///< none runs
    options,  ///< other options for the instance that runs
    replace,  ///< another library, and perhaps other options
    stop,     ///< it is not wanted any more
  };
  std::string name;
  Kind kind = Kind::keep;
  std::optional<LoadedPlugin> plugin;  ///< not if it stops, or runs apart
  std::vector<std::string> changes;    ///< for the administrator; empty: nothing changes
  std::optional<ApartPlugin> apart{};  ///< only if it runs apart
};

/// Made by PluginHost::plan, and carried out by PluginHost::apply.
struct PluginPlan {
  std::vector<PluginStep> steps;  ///< in the order of the configuration; those that stop come last

  /// One line a change: "plugin foo: starts", "plugin foo: its option x is y, was z", "plugin foo: a new file",
  /// "plugin foo: stops". Empty: nothing changes.
  [[nodiscard]] std::vector<std::string> changes() const;
};

}  // namespace amibroker::host
