// SPDX-License-Identifier: Apache-2.0
//
// Asterisk's presence states, and the value that PRESENCE_STATE(CustomPresence:NAME) takes
// (Asterisk: funcs/func_presencestate.c). Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace amibroker::sim {

/// The presence of one presentity. Subtype and message are plain text: neither escaped nor encoded.
struct Presence {
  std::string state = "not_set";
  std::string subtype;
  std::string message;

  friend bool operator==(const Presence&, const Presence&) = default;
};

/// Reads `state[,subtype[,message[,options]]]`. There is no quoting: a comma in a message shifts the fields, and what
/// follows the fourth is ignored. Nothing is returned if the state is none of not_set, unavailable, available, away,
/// xa, chat, dnd (in any case), or the options are neither empty nor hold `e`.
/// With `e`, subtype and message are base64, and 255 bytes of each are kept once decoded.
[[nodiscard]] std::optional<Presence> parse_presence(std::string_view value);

}  // namespace amibroker::sim
