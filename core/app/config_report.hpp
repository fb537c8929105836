// SPDX-License-Identifier: Apache-2.0
//
// All mistakes of a configuration in one pass: those of the file, of the files with secrets that it names, and of the
// plugins that it switches on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/app/config.hpp"
#include "core/host/plugin_folder.hpp"

namespace amibroker::app {

/// Adds to `loaded` what is wrong with its plugins, also if the file itself has mistakes, and what is probably not
/// meant about their files. Each plugin is loaded in a process of its own, made of `program`, the daemon's binary;
/// waits for them (host::check_limit each). Returns what the plugins' options lead to, a line each. Throws
/// std::system_error if no process can be started.
std::vector<std::string> check_plugins_too(LoadedConfig& loaded, const std::string& program,
                                           const host::PluginFolders& folders);

/// `{"file":...,"errors":[{"line":1,"text":"..."}],"warnings":[...]}`, without a line end. Line 0: no line is to blame.
[[nodiscard]] std::string to_json(std::string_view file, const LoadedConfig& loaded);

}  // namespace amibroker::app
