// SPDX-License-Identifier: Apache-2.0
//
// From the configuration's plugins to libraries with checked options. Nothing of a plugin runs here but its static
// initialisers and its `check_options`, so `--check-config` does exactly what a start does.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/host/options.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_keys.hpp"
#include "core/host/plugin_library.hpp"

namespace amibroker::host {

/// A plugin that is ready to be created.
struct LoadedPlugin {
  PluginLibrary library;
  OptionValues options;
  PluginKeys keys;
  std::vector<std::string> examples;  ///< what the plugin shows of its options, a line each
};

/// Loads the plugins that are switched on, in the order of `plugins`, and checks their options. Each mistake (no such
/// file, a file that is not a plugin for this daemon, a wrong option) is appended to `errors`; its plugin is left out.
[[nodiscard]] std::vector<LoadedPlugin> load_plugins(const PluginFolders& folders,
                                                     std::span<const PluginConfig> plugins,
                                                     std::vector<base::Problem>& errors);

/// What a check of these plugins shows.
struct PluginCheck {
  std::vector<base::Problem> errors;                         ///< all mistakes that a start would find
  std::vector<std::string> examples;                         ///< `plugin NAME: ...`, one line each
  std::map<std::string, OptionValues, std::less<>> options;  ///< of those without a mistake, by the plugin's name
};
[[nodiscard]] PluginCheck check_plugins(const PluginFolders& folders, std::span<const PluginConfig> plugins);

}  // namespace amibroker::host
