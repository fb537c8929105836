// SPDX-License-Identifier: Apache-2.0
//
// What a client gets back, as JSON. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "amibroker/reply.hpp"

namespace amibroker::bus {

/// Most bytes of the messages in one answer.
inline constexpr std::size_t longest_messages = 64 * 1024;

/// `{"server":"pbx1","ActionID":"7","outcome":"success","text":"...","messages":[{...}]}`. If the messages are more
/// than `longest_messages`, the rest is left out and `"complete":false` says so.
[[nodiscard]] std::string reply_text(std::string_view server, std::string_view action_id, const Reply& reply);

/// The same for what never became an action.
[[nodiscard]] std::string refusal_text(std::string_view server, std::string_view action_id, Outcome outcome,
                                       std::string_view why);

}  // namespace amibroker::bus
