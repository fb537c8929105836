// SPDX-License-Identifier: Apache-2.0
//
// Pieces of the answers that several commands have.
#pragma once

#include <chrono>
#include <string>

#include "core/app/config_outcome.hpp"
#include "core/control/command.hpp"
#include "core/host/plugin_life.hpp"
#include "core/link/server.hpp"

namespace amibroker::app {

/// RFC 3339 in UTC with milliseconds. A step of the system's clock moves what is said of the past.
[[nodiscard]] std::string time_text(std::chrono::steady_clock::time_point then);

[[nodiscard]] constexpr double seconds_of(std::chrono::nanoseconds length) {
  return std::chrono::duration<double>(length).count();
}

/// One server, as `servers` tells of it, without its counters. `info`: what plugins see of it.
[[nodiscard]] control::Json server_json(const link::Server& server, const ServerInfo& info);
/// The same with its counters.
[[nodiscard]] control::Json full_server_json(const link::Server& server, const ServerInfo& info);

/// One plugin, as `plugins` tells of it.
[[nodiscard]] control::Json plugin_json(const host::PluginLife& plugin);

/// `{"result", "outcome", "errors": [{"line", "text"}], "warnings": [...], "changes": [text]}`
[[nodiscard]] control::Json outcome_json(const ConfigOutcome& outcome, std::string_view result);

/// `[{"line", "text"}]`; line 0: no line is to blame.
[[nodiscard]] control::Json problems_json(const std::vector<base::Problem>& problems);

}  // namespace amibroker::app
