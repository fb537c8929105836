// SPDX-License-Identifier: Apache-2.0
//
// The keys of a `[plugin NAME]` section that say how the plugin is kept apart.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/problem.hpp"
#include "core/host/plugin_config.hpp"

namespace amibroker::host {

struct IsolationKeys {
  bool isolate = false;
  std::size_t memory_limit = 512;  ///< in MiB, of the plugin's process; 0: none

  friend bool operator==(const IsolationKeys&, const IsolationKeys&) = default;
  /// What is other than in `before`, a text for each: "memory_limit is 64, was 512".
  [[nodiscard]] std::vector<std::string> changes_from(const IsolationKeys& before) const;
};

/// Takes `isolate` and `memory_limit` out of `plugin.settings`, so that only the plugin's own options are left. Each
/// mistake is appended to `errors` with its line; an `isolate` that says neither yes nor no counts as yes.
[[nodiscard]] IsolationKeys take_isolation_keys(PluginConfig& plugin, std::vector<base::Problem>& errors);

}  // namespace amibroker::host
