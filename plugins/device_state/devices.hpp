// SPDX-License-Identifier: Apache-2.0
//
// What Asterisk's devices are called and which states they have.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "amibroker/message.hpp"

namespace amibroker::device_state {

/// The states that a custom device may be given, from the weakest to the strongest: of several devices of one hint the
/// strongest counts. Asterisk's main/devicestate.c, ast_devstate_val() and devstatecombine(): everything else is
/// UNKNOWN there, and funcs/func_devstate.c refuses UNKNOWN. The first is what a device has that nobody knows.
inline constexpr std::array<std::string_view, 8> states{"INVALID", "UNAVAILABLE", "NOT_INUSE", "ONHOLD",
                                                        "RINGING", "INUSE",       "BUSY",      "RINGINUSE"};

/// Technologies and device state providers that Asterisk itself has: a custom device that is called after one of their
/// devices was written by a broker.
inline constexpr std::array<std::string_view, 12> technologies{
    "PJSIP", "SIP", "IAX2", "DAHDI", "SCCP", "MGCP", "Queue", "confbridge", "MeetMe", "park", "Park", "Agent"};

[[nodiscard]] constexpr bool is_state(std::string_view text) noexcept {
  return std::find(states.begin(), states.end(), text) != states.end();
}

/// Whether a device belongs to its server, so that other servers should show it. The rest are custom devices, and
/// channels whose states Asterisk does not keep (AST_FLAG_DISABLE_DEVSTATE_CACHE in main/core_unreal.c,
/// res/res_stasis_snoop.c and the channel drivers): they come and go with a call, and their names never come again.
[[nodiscard]] constexpr bool is_native(std::string_view device) noexcept {
  constexpr std::array<std::string_view, 11> not_native{"Custom:",       "Local/",     "Announcer/",   "Recorder/",
                                                        "CBAnn/",        "CBRec/",     "AudioSocket/", "UnicastRTP/",
                                                        "MulticastRTP/", "WebSocket/", "Snoop/"};
  return std::none_of(not_native.begin(), not_native.end(),
                      [&](std::string_view prefix) { return same_name(device.substr(0, prefix.size()), prefix); });
}

}  // namespace amibroker::device_state
