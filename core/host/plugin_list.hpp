// SPDX-License-Identifier: Apache-2.0
//
// What is in the plugin folders, for `--list-plugins` and for the reference pages that are made from it.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_library.hpp"

namespace amibroker::host {

/// One file `*.so`: the plugin in it, or why it cannot be used.
struct ListedPlugin {
  std::filesystem::path file;
  std::variant<PluginLibrary, Refusal> library;

  [[nodiscard]] bool usable() const noexcept { return std::holds_alternative<PluginLibrary>(library); }
};

/// All plugins of the folders, by name. Loads each of them; see PluginLibrary::open.
[[nodiscard]] std::vector<ListedPlugin> list_plugins(const PluginFolders& folders);

/// A plugin as text: name, version and summary, its file, and a line for each option; or the refusal. Ends with a line
/// end.
[[nodiscard]] std::string describe(const ListedPlugin& plugin);

}  // namespace amibroker::host
