// SPDX-License-Identifier: Apache-2.0
//
// Keys of a `[plugin NAME]` section that are the daemon's own, whatever the plugin is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/problem.hpp"
#include "core/host/allowed_actions.hpp"
#include "core/host/isolated_keys.hpp"
#include "core/host/plugin_config.hpp"

namespace amibroker::host {

/// `on_fault`: what is done about a plugin that throws too often (see FaultRate).
enum class OnFault : std::uint8_t {
  quarantine,  ///< it is stopped, and a new instance is started some time later
  ignore,      ///< nothing but lines in the log
  exit,        ///< the daemon ends with a line and a non-zero code
};

/// As it is written in the configuration.
[[nodiscard]] std::string_view to_string(OnFault on_fault) noexcept;

struct PluginKeys {
  OnFault on_fault = OnFault::quarantine;
  IsolationKeys isolation;
  AllowedActions allow;

  /// What is other than in `before`, a text for each: "on_fault is ignore, was quarantine".
  [[nodiscard]] std::vector<std::string> changes_from(const PluginKeys& before) const;
  /// Whether a plugin in a process of its own needs another one for that. The rest is the daemon's alone.
  [[nodiscard]] bool needs_new_process_from(const PluginKeys& before) const noexcept {
    return on_fault != before.on_fault || isolation != before.isolation;
  }
};

/// The names of these keys: no plugin can have an option of such a name, but for shared keys.
[[nodiscard]] std::span<const std::string_view> plugin_key_names() noexcept;

/// Whether the daemon's own key stays in `plugin.settings`: a plugin that does on behalf of others what they ask for
/// has to know what it may do, and has an option of that name, a list. For any other plugin the setting means nothing.
[[nodiscard]] bool is_shared_key(std::string_view key) noexcept;

/// Takes the daemon's own keys out of `plugin.settings`, so that only the plugin's options are left, and shared keys.
/// Each mistake is appended to `errors` with its line.
[[nodiscard]] PluginKeys take_plugin_keys(PluginConfig& plugin, std::vector<base::Problem>& errors);

}  // namespace amibroker::host
