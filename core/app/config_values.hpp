// SPDX-License-Identifier: Apache-2.0
//
// The kinds of values that a configuration knows. Nothing here knows a key, a section or a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"

namespace amibroker::app {

/// yes/no, true/false, on/off, 1/0, without case.
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);

/// A whole decimal number, nothing before or behind it, that fits.
[[nodiscard]] std::optional<std::int64_t> parse_number(std::string_view text);

/// debug, info, warning, error, without case.
[[nodiscard]] std::optional<Level> parse_level(std::string_view text);
/// The words of parse_level, as for a message.
inline constexpr std::string_view level_words[] = {"debug", "info", "warning", "error"};

/// The items between commas and line ends, without blanks around them; empty items are left out.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text);

/// Whether this can be the name of a zone: 1 to 40 of A-Z, a-z, 0-9, `_` and `-`.
[[nodiscard]] bool is_zone_name(std::string_view text) noexcept;

/// Whether this can be a glob: not empty, without control characters. Every other text is one to fnmatch.
[[nodiscard]] bool is_glob(std::string_view text) noexcept;

/// Whether a byte below 0x20 or 0x7f is in it.
[[nodiscard]] bool has_control(std::string_view text) noexcept;

/// A path that begins at `folder` unless it is absolute, without `.` and `..` where they say nothing.
[[nodiscard]] std::string path_in(const std::string& folder, const std::string& path);

/// Whether a file is there that may be read.
[[nodiscard]] bool can_be_opened(const std::string& path);

/// An address as the link wants it, or why it is none.
struct Address {
  std::string text;   ///< IPv4, IPv6 without brackets, or host name
  std::string error;  ///< empty where the address is right in form; nothing is looked up
};
[[nodiscard]] Address parse_address(std::string_view text);

/// The same text for the same address: without case, IPv6 in its shortest form.
[[nodiscard]] std::string canonical_address(const std::string& address);

}  // namespace amibroker::app
