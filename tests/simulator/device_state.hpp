// SPDX-License-Identifier: Apache-2.0
//
// Asterisk's device states: words, and the table that makes one state of several (Asterisk: main/devicestate.c).
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace amibroker::sim {

enum class DeviceState : std::uint8_t {
  unknown,
  not_inuse,
  inuse,
  busy,
  invalid,
  unavailable,
  ringing,
  ringinuse,
  onhold,
};

/// The word of AMI, such as `NOT_INUSE`.
[[nodiscard]] std::string_view to_string(DeviceState state) noexcept;

/// The state that a word means, in any case, or nothing. `UNKNOWN` is a word that Asterisk does not accept in a
/// write, although its manual lists it: it is nothing here too.
[[nodiscard]] std::optional<DeviceState> writable_device_state(std::string_view word) noexcept;

/// What a hint of these devices shows. Without devices: invalid.
[[nodiscard]] DeviceState aggregate(std::initializer_list<DeviceState> states) noexcept;

/// The number and the words of the same state in an ExtensionStatus event (Asterisk: main/pbx.c).
struct ExtensionState {
  std::string_view number;
  std::string_view text;
};
[[nodiscard]] ExtensionState extension_state(DeviceState state) noexcept;

}  // namespace amibroker::sim
