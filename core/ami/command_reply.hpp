// SPDX-License-Identifier: Apache-2.0
//
// The reply to `Command` as Asterisk 13 and older send it, of which only the head is an AMI message (action_command,
// main/manager.c):
//
//     Response: Follows
//     Privilege: Command
//     ActionID: 7                  only if the action had one
//     whatever the command prints, its line ends LF; lines may be empty
//     --END COMMAND--              directly after the output: on its last line if that has no line end
//                                  an empty line
#pragma once

#include <cstddef>
#include <string_view>

namespace amibroker::ami {

inline constexpr std::string_view end_of_command = "--END COMMAND--";

/// The text that ends a reply which begins like this, the empty line included: the mark with the line ends of the first
/// line, which the output of a command does not have. Empty for any other message.
[[nodiscard]] std::string_view end_of_raw_reply(std::string_view text) noexcept;

/// Where the raw lines begin in such a reply; 0 for any other message.
[[nodiscard]] std::size_t raw_lines_begin(std::string_view text) noexcept;

}  // namespace amibroker::ami
