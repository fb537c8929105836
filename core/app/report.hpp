// SPDX-License-Identifier: Apache-2.0
//
// Texts for the log: what it says of one server when it is asked for (SIGUSR1) and at the end, numbers, lengths of
// time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/link/server_config.hpp"
#include "core/link/server_counters.hpp"

namespace amibroker::app {

/// "1 server", "2 servers": a noun that only takes an s.
[[nodiscard]] std::string counted(std::size_t number, std::string_view noun);

/// A length of time in its two largest units, `3 d 4 h`, `2 h 0 min`, `7 min 3 s`; under a minute `12 s`. The rest
/// is cut off; a negative length is `0 s`.
[[nodiscard]] std::string length_text(std::chrono::steady_clock::duration length);

/// One line, without a line end: the server's name and section, up or down since when (`since_then`), and what was
/// counted since the daemon started.
[[nodiscard]] std::string server_line(const link::ServerConfig& server, bool is_up,
                                      std::chrono::steady_clock::duration since_then,
                                      const link::ServerCounters& counters);

}  // namespace amibroker::app
