// SPDX-License-Identifier: Apache-2.0
//
// The kinds of values that only the daemon's own configuration has.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "amibroker/host.hpp"

namespace amibroker::app {

/// debug, info, warning, error, without case.
[[nodiscard]] std::optional<Level> parse_level(std::string_view text);
/// The words of parse_level, as for a message.
inline constexpr std::string_view level_words[] = {"debug", "info", "warning", "error"};

/// A length of time: a whole number of seconds, or one with `s`, `m` or `h` at its end. At most 1e6 of them.
[[nodiscard]] std::optional<std::chrono::seconds> parse_length(std::string_view text);

/// Whether this can be the name of a zone: 1 to 40 of A-Z, a-z, 0-9, `_` and `-`.
[[nodiscard]] bool is_zone_name(std::string_view text) noexcept;

/// Whether this can be a glob: not empty, without control characters. Every other text is one to fnmatch.
[[nodiscard]] bool is_glob(std::string_view text) noexcept;

}  // namespace amibroker::app
