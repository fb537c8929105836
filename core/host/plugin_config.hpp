// SPDX-License-Identifier: Apache-2.0
//
// What the configuration says of one plugin, before the plugin's own option table is known.
#pragma once

#include <string>
#include <vector>

namespace amibroker::host {

/// One `key = value` of a `[plugin NAME]` section.
struct Setting {
  std::string key;
  std::string value;
  int line = 0;  ///< line in the configuration file, from 1
};

/// One plugin of the configuration.
struct PluginConfig {
  std::string name;
  bool enabled = false;
  int line = 0;  ///< line that switches it on or off, 0 where it is only a default
  std::vector<Setting> settings;
};

/// A mistake in the configuration, for `file:line: text`.
struct ConfigError {
  int line = 0;  ///< 0 where no line is to blame
  std::string text;
};

}  // namespace amibroker::host
