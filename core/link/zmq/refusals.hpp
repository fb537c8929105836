// SPDX-License-Identifier: Apache-2.0
//
// Actions that a module must never be given.
#pragma once

#include <string_view>

namespace amibroker::link::zeromq {

/// Why an action is not sent to the module; empty if it may be sent. These actions look at the AMI session of their
/// caller, and a manager hook has none: Asterisk crashes (main/manager.c: action_getvar, action_status,
/// action_listcommands, action_events, action_challenge, action_waitevent, action_filter, action_hangup), or they
/// make no sense without a session. The name is compared without case.
[[nodiscard]] std::string_view refusal_over_zmq(std::string_view action) noexcept;

}  // namespace amibroker::link::zeromq
