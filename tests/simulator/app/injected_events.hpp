// SPDX-License-Identifier: Apache-2.0
//
// Events from a file, for `asterisk-sim --inject FILE`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/wire.hpp"

namespace amibroker::sim::app {

inline constexpr std::size_t kLargestInjectedFile = 1'000'000;  ///< bytes
inline constexpr std::size_t kMostInjectedEvents = 1'000;
inline constexpr std::size_t kMostInjectedHeaders = 500;  ///< of one event

/// The events in `text`: AMI as Asterisk writes it, `Name: value` lines, CRLF or LF at their ends, an empty line after
/// each event, `Event` first. Throws std::runtime_error (`NAME:LINE: what is wrong`) if it is anything else or more
/// than the limits above; `file` is the name for that.
[[nodiscard]] std::vector<Fields> parse_injected(std::string_view text, const std::string& file);

/// The same from a file. Throws std::runtime_error also if it cannot be read.
[[nodiscard]] std::vector<Fields> read_injected(const std::string& file);

}  // namespace amibroker::sim::app
