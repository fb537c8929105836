// SPDX-License-Identifier: Apache-2.0
//
// What the configuration says of one plugin, before the plugin's own option table is known.
#pragma once

#include <string>
#include <vector>

#include "core/base/problem.hpp"
#include "core/base/section.hpp"

namespace amibroker::host {

/// One plugin of the configuration.
struct PluginConfig {
  std::string name;
  bool enabled = false;
  int line = 0;  ///< line that switches it on or off, 0 if it is only a default
  std::vector<base::Setting> settings;
};

}  // namespace amibroker::host
