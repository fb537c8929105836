// SPDX-License-Identifier: Apache-2.0
//
// From a PresenceStateChange to what is written to the other servers.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace amibroker::presence_state {

/// The states of Asterisk's main/presencestate.c (state2string), without `invalid`, which cannot be written. `not_set`
/// is a value like the others: it takes an own presence back.
inline constexpr std::array<std::string_view, 7> statuses{"not_set", "unavailable", "available", "away",
                                                          "xa",      "chat",        "dnd"};

[[nodiscard]] constexpr bool is_status(std::string_view text) noexcept {
  return std::find(statuses.begin(), statuses.end(), text) != statuses.end();
}

/// Most bytes of a subtype and of a message; what is longer is cut between characters. funcs/func_presencestate.c
/// decodes option `e` into buffers of 256 bytes.
inline constexpr std::size_t longest_text = 255;

/// Builds values of PRESENCE_STATE. It keeps its memory; the result is valid until the next call.
class PresenceValue {
 public:
  /// The value that sets this presence: `away`, or `away,subtype,message`, or, if one of the two texts holds
  /// anything but printable ASCII without commas, or a blank at an end, `away,<base64>,<base64>,e`. Less than 1,000
  /// bytes. `subtype` and `message` come as in the event, with their escapes. Two events that mean the same have the
  /// same value, whichever server they come from.
  [[nodiscard]] std::string_view from_event(std::string_view status, std::string_view subtype,
                                            std::string_view message);

 private:
  void clean(std::string& out, std::string_view escaped);

  std::string unescaped_;
  std::string subtype_;
  std::string message_;
  std::string value_;
};

}  // namespace amibroker::presence_state
