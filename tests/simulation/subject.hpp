// SPDX-License-Identifier: Apache-2.0
//
// The plugins that are simulated: the only part that sees their headers, so that a build with a broken rule compiles
// little anew.
#pragma once

#include <memory>
#include <span>

#include "amibroker/plugin.hpp"
#include "tests/simulation/scenario.hpp"

namespace amibroker::simulation {

[[nodiscard]] std::unique_ptr<Plugin> make_plugin(Subject subject);

/// The plugin's option table.
[[nodiscard]] std::span<const OptionSpec> option_table(Subject subject);

}  // namespace amibroker::simulation
