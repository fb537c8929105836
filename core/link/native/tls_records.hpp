// SPDX-License-Identifier: Apache-2.0
//
// How what is sent is cut into records of TLS.
#pragma once

#include <cstddef>
#include <string_view>

namespace amibroker::link::native {

/// So many bytes of a record Asterisk reads at once.
inline constexpr std::size_t longest_record = 1024;

/// The first record of a text of actions: whole actions if one fits, else whole lines. Asterisk reads at most 1,024
/// bytes and then waits for the socket, which knows nothing of the rest of a record that OpenSSL has decrypted already
/// (get_input, main/manager.c; seen on 16 and 22): what is longer stays unread until something else is sent.
[[nodiscard]] std::string_view first_record(std::string_view text) noexcept;

}  // namespace amibroker::link::native
