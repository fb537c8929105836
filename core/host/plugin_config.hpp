// SPDX-License-Identifier: Apache-2.0
//
// What the configuration says of one plugin, before the plugin's own option table is known.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/problem.hpp"
#include "core/base/section.hpp"

namespace amibroker::host {

/// What the values of options are checked against, and where they may come from.
struct OptionContext {
  std::vector<std::string> servers;  ///< names of the servers' sections
  std::string folder;  ///< of the configuration: where relative names of files begin; empty: working folder
};

/// One plugin of the configuration.
struct PluginConfig {
  std::string name;
  bool enabled = false;
  int line = 0;  ///< line that switches it on or off, 0 if it is only a default
  std::vector<base::Setting> settings;
  std::shared_ptr<const OptionContext> context = nullptr;  ///< the same for all plugins; null: no server, no folder
};

}  // namespace amibroker::host
