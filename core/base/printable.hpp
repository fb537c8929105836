// SPDX-License-Identifier: Apache-2.0
//
// Bytes from a server or a plugin, made fit for one line of a log.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace amibroker::base {

/// The text, fit for one line: each byte that is not part of valid UTF-8 and each byte of a character that steers or
/// hides text as `\xNN` (controls, changes of writing direction, line separators, what has no width). Cut after
/// `max_bytes` bytes of input, with `...` if it was longer. Never spans lines, never steers a terminal, and reads in
/// the order in which it was sent.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes);

}  // namespace amibroker::base
