// SPDX-License-Identifier: Apache-2.0
//
// What a plugin itself says of its options, before it is created.
#pragma once

#include <string>
#include <vector>

#include "core/base/problem.hpp"
#include "core/host/options.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_library.hpp"

namespace amibroker::host {

/// Most mistakes, and most examples, that are kept of one plugin, and most bytes of each text.
inline constexpr std::size_t most_option_remarks = 20;
inline constexpr std::size_t longest_option_remark = 500;

/// Calls the plugin's `check_options` with values that passed its table. Its mistakes are appended to `errors`, each
/// with the line of its option, or with the line that switches the plugin on if the option has its default; so is an
/// exception. Returns its examples, fit for one line each.
std::vector<std::string> check_options(const PluginLibrary& library, const PluginConfig& config,
                                       const OptionValues& options, std::vector<base::Problem>& errors);

}  // namespace amibroker::host
