// SPDX-License-Identifier: Apache-2.0
//
// The kinds of values that configurations and options of plugins have: the one parser of each. Nothing here knows a
// key, a section or a file. Safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace amibroker::base {

/// yes/no, true/false, on/off, 1/0, without case.
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);

/// A whole decimal number that fits, with nothing before or after it.
[[nodiscard]] std::optional<std::int64_t> parse_number(std::string_view text);

/// The items between commas and line ends, without blanks around them; empty items are left out. The views are into
/// `text`.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text);

/// Whether `text` may name a plugin or an option: [a-z0-9_], 1 to `longest` characters.
[[nodiscard]] bool is_identifier(std::string_view text, std::size_t longest = 40) noexcept;

/// A-Z, a-z, 0-9, `_` and `-`.
[[nodiscard]] bool is_word_character(char c) noexcept;

/// Whether a byte below 0x20 or 0x7f is in it.
[[nodiscard]] bool has_control(std::string_view text) noexcept;

/// A path that begins at `folder` unless it is absolute, without `.` and `..` if they say nothing.
[[nodiscard]] std::string path_in(const std::string& folder, const std::string& path);

/// Whether a file is there that may be read: not a folder, and no pipe or device, whose reader may wait without end.
[[nodiscard]] bool is_readable_file(const std::string& path);

}  // namespace amibroker::base
