// SPDX-License-Identifier: Apache-2.0
//
// The plugins of a configuration: `[plugins]` and the `[plugin NAME]` sections.
#pragma once

#include <vector>

#include "core/app/config_schema.hpp"

namespace amibroker::app {

/// To be called after `[general]` was read, because `[plugins]` wins over its two switches. Whether a plugin exists
/// and whether it knows its settings is checked later, by the plugin host.
void read_plugins(const std::vector<base::Section>& sections, Config& config, base::Findings& findings);

}  // namespace amibroker::app
