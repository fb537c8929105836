// SPDX-License-Identifier: Apache-2.0
//
// From the configuration's plugins to libraries with checked options. Nothing of a plugin runs here but its static
// initialisers, so `--check-config` does exactly what a start does.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/host/options.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_library.hpp"

namespace amibroker::host {

/// A plugin that is ready to be created.
struct LoadedPlugin {
  PluginLibrary library;
  OptionValues options;
};

/// Loads the plugins that are switched on, in the order of `plugins`, and checks their options. Each mistake (no such
/// file, a file that is not a plugin for this daemon, a wrong option) is appended to `errors`; its plugin is left out.
[[nodiscard]] std::vector<LoadedPlugin> load_plugins(const PluginFolders& folders,
                                                     std::span<const PluginConfig> plugins,
                                                     std::vector<base::Problem>& errors);

/// All mistakes that a start with these plugins would find.
[[nodiscard]] std::vector<base::Problem> check_plugins(const PluginFolders& folders,
                                                       std::span<const PluginConfig> plugins);

}  // namespace amibroker::host
