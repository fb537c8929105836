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

/// Technologies and device state providers of Asterisk and of well-known drivers: if a custom device is called after
/// one of their devices, a broker may have written it.
inline constexpr std::array<std::string_view, 24> technologies{
    "PJSIP", "SIP",        "IAX2",    "DAHDI", "SCCP", "MGCP",  "Skinny",   "USTM",
    "Motif", "OOH323",     "Console", "mISDN", "CAPI", "Khomp", "Dongle",   "Quectel",
    "Queue", "confbridge", "MeetMe",  "Park",  "park", "Agent", "Calendar", "SLA"};

/// What stands between the technology and the rest of a native device's name: `/` of channels (`PJSIP/100`), `:` of
/// device state providers (`Queue:sales`). `Agent/1001` is no device of any Asterisk since 12.
[[nodiscard]] constexpr char separator_of(std::string_view technology) noexcept {
  constexpr std::array<std::string_view, 8> providers{"Queue", "confbridge", "MeetMe",   "Park",
                                                      "park",  "Agent",      "Calendar", "SLA"};
  return std::find(providers.begin(), providers.end(), technology) == providers.end() ? '/' : ':';
}

[[nodiscard]] constexpr bool is_known_technology(std::string_view technology) noexcept {
  return std::find(technologies.begin(), technologies.end(), technology) != technologies.end();
}

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
