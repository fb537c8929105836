// SPDX-License-Identifier: Apache-2.0
//
// The few things about text that Asterisk's wire needs. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace amibroker::sim {

/// Equal, whatever the case of ASCII letters.
[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b) noexcept;

/// Whether `text` begins with `prefix`, whatever the case of ASCII letters.
[[nodiscard]] bool starts_without_case(std::string_view text, std::string_view prefix) noexcept;

/// Without blanks, tabs and line ends at both ends (C's isspace).
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Whether a byte below 0x20 or 0x7f is in it.
[[nodiscard]] bool has_control_bytes(std::string_view text) noexcept;

/// Control bytes, quotes, question marks and backslashes as in a C string: what Asterisk does to Subtype and Message
/// of a presence event (Asterisk: ast_escape_c in main/utils.c).
[[nodiscard]] std::string escaped_c(std::string_view text);

/// At most `limit` bytes decoded, with Asterisk's leniency: it ends at the first `=`, and never complains
/// (Asterisk: ast_base64decode in main/utils.c). What follows a NUL byte is cut, as in any C string.
[[nodiscard]] std::string base64_decoded(std::string_view text, std::size_t limit);

}  // namespace amibroker::sim
