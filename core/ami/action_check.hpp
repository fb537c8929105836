// SPDX-License-Identifier: Apache-2.0
//
// What the broker never sends, whatever a plugin asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "amibroker/action.hpp"

namespace amibroker::ami {

/// Longest line of an action in bytes: a header's name, `: `, its value and CRLF. Asterisk discards an action with a
/// longer one (get_input, main/manager.c).
inline constexpr std::size_t max_line_of_action_bytes = 1024;
/// Longest value of a header in bytes; with a name of more than 20 bytes the line's limit comes first.
inline constexpr std::size_t max_value_bytes = 1000;
/// Most headers that an action may have; AMI's limit is 128 (AST_MAX_MANHEADERS, include/asterisk/manager.h), less
/// the two that the broker adds.
inline constexpr std::size_t max_action_headers = 126;

/// What the values of an action may be made of.
enum class Bytes : std::uint8_t {
  utf8,  ///< JSON holds nothing else
  any,   ///< native AMI: lines of bytes; Asterisk may be told the names of its devices in Latin-1
};

/// Whether the action may be sent. False: `reason` says why, with the header's name. A name must be made of
/// letters, digits, `_` and `-`; a value must hold no byte below 0x20 and no 0x7f, whatever `bytes` says: a line end in
/// a value would become a header of its own. A header called Action or ActionID is refused, for the broker sets these.
[[nodiscard]] bool may_be_sent(const Action& action, std::string& reason, Bytes bytes = Bytes::utf8);

}  // namespace amibroker::ami
