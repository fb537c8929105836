// SPDX-License-Identifier: Apache-2.0
//
// The servers of a configuration: the list `sections`, and the section of each of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/app/config_schema.hpp"

namespace amibroker::app {

/// Sections whose names cannot be a server's: general, servers, plugins, `plugin` and `plugin NAME`.
[[nodiscard]] bool is_reserved_section(std::string_view name) noexcept;

/// Reads all servers into `config`, and reports every section that has no meaning.
void read_servers(const std::vector<base::Section>& sections, Config& config, base::Findings& findings);

/// Reads the section `name` alone: see load_server. `result` gets all but its errors.
void read_one_server(const std::vector<base::Section>& sections, std::string_view name, LoadedServer& result,
                     base::Findings& findings);

}  // namespace amibroker::app
