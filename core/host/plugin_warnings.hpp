// SPDX-License-Identifier: Apache-2.0
//
// What is allowed about the files of plugins, but probably not meant.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"

namespace amibroker::host {

/// Warnings about the plugins that are switched on, each with the line that does it: a library that hides one of the
/// same name in a later folder (the daemon's own is the last), one that others than its owner may replace (the file or
/// its folder may be written by the group or by everybody), and a link out of its folder. Loads nothing.
[[nodiscard]] std::vector<base::Problem> plugin_warnings(const PluginFolders& folders,
                                                         std::span<const PluginConfig> plugins);

}  // namespace amibroker::host
