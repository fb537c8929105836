// SPDX-License-Identifier: Apache-2.0
//
// Looks at libraries in a helper process, so that one that ends or holds its process cannot end or hold this one.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_loading.hpp"

namespace amibroker::host {

/// How long a library may take to be loaded and to check its options.
inline constexpr std::chrono::milliseconds check_limit{5000};

/// What check_plugins finds, each plugin in a helper process of its own, one after the other. One that ends the process
/// or takes longer than `limit` is a mistake at the plugin's line. `program`: the daemon's binary. Waits for each.
/// Throws std::system_error if no process can be started.
[[nodiscard]] PluginCheck check_plugins_apart(const std::string& program, const PluginFolders& folders,
                                              std::span<const PluginConfig> plugins,
                                              std::chrono::milliseconds limit = check_limit);

/// `describe` for each library of the folders, in the same way. Of `plugins` those are named that share a library.
[[nodiscard]] std::string describe_plugins_apart(const std::string& program, const PluginFolders& folders,
                                                 std::span<const PluginConfig> plugins,
                                                 std::chrono::milliseconds limit = check_limit);

}  // namespace amibroker::host
