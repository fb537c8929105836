// SPDX-License-Identifier: Apache-2.0
//
// How the broker logs in to a manager interface. Pure: no socket, no clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "amibroker/action.hpp"
#include "core/link/native/access.hpp"

namespace amibroker::link::native {

/// Whether the first line of a connection is a manager interface's. Its version is not looked at: it says nothing that
/// the broker would do otherwise.
[[nodiscard]] bool is_ami_banner(std::string_view line) noexcept;

/// Asks for a challenge.
[[nodiscard]] Action challenge_action();

/// Proves to have the secret without sending it: hex(md5(challenge + secret)) (Asterisk: authenticate in
/// main/manager.c). `event_mask`: see event_mask_of. Nothing if OpenSSL has no MD5.
[[nodiscard]] std::optional<Action> challenge_login(const NativeAccess& access, std::string_view challenge,
                                                    std::string_view event_mask);

/// Sends the secret itself.
[[nodiscard]] Action plain_login(const NativeAccess& access, std::string_view event_mask);

/// Whether the secret itself may be sent if the server knows no challenge: the configuration says so, or the connection
/// is encrypted and the server proved who it is.
[[nodiscard]] bool may_send_secret(const NativeAccess& access) noexcept;

/// What to do if the server refused a login with this text (`Message: Authentication failed`).
[[nodiscard]] std::string_view remedy_of_refusal(std::string_view message) noexcept;

}  // namespace amibroker::link::native
