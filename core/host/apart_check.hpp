// SPDX-License-Identifier: Apache-2.0
//
// What is found out about plugins that run apart before they are started, or take the place of others.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/problem.hpp"
#include "core/host/file_identity.hpp"
#include "core/host/options.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"

namespace amibroker::host {

/// The daemon's binary, which is also the helper's.
inline constexpr const char* own_binary = "/proc/self/exe";

/// Whether it is switched on, with `isolate = yes`.
[[nodiscard]] bool runs_apart(PluginConfig plugin);

/// What a helper process found of one plugin.
struct ApartCheck {
  std::optional<FileIdentity> file;   ///< of its library, before the check
  std::vector<base::Problem> errors;  ///< all mistakes that a start would find
  OptionValues options;               ///< if there are none
};
using ApartChecks = std::map<std::string, ApartCheck, std::less<>>;  ///< by name

/// Checks the plugins that run apart, as check_plugins_apart does. Any thread, which waits for it: not the loop's, once
/// that runs.
[[nodiscard]] ApartChecks check_apart(const std::string& program, const PluginFolders& folders,
                                      std::span<const PluginConfig> plugins);

}  // namespace amibroker::host
