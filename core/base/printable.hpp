// SPDX-License-Identifier: Apache-2.0
//
// Bytes from a server or a plugin, made fit for one line of a log.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace amibroker::base {

/// The text with each control byte (below 0x20, 0x7f) and each byte that is not part of valid UTF-8 as `\xNN`, cut
/// after `max_bytes` bytes of input with `...` where it was longer. Never spans lines, never steers a terminal.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes);

}  // namespace amibroker::base
