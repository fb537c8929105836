// SPDX-License-Identifier: Apache-2.0
//
// What `watch` and `top` print.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/ctl/client.hpp"

namespace amibroker::ctl {

/// One event of /v1/events as a line with its end: when, which server, which event, its fields. Made fit for a
/// terminal, and cut if it is very long. Of a form that this program does not know, its JSON.
[[nodiscard]] std::string live_line(std::string_view type, const Json& data);

/// What the daemon counts, and when it was asked.
struct Figures {
  std::chrono::steady_clock::time_point at;
  Json status, servers, plugins;  ///< the answers of the commands of these names
};
[[nodiscard]] Figures figures_of(const Client& client);

/// `{"health", "lamps", "servers": [{"section", "up", "events_per_second", ...}], "plugins": [...]}`. A server or
/// plugin that was not there before counts from zero; a counter that fell does, too, for the daemon began anew.
[[nodiscard]] Json rates_of(const Figures& before, const Figures& now);

/// The same as tables.
[[nodiscard]] std::string rates_text(const Json& rates);

}  // namespace amibroker::ctl
