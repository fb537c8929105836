// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/device_state.hpp"

#include <array>
#include <cstddef>

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

struct Row {
  std::string_view word;
  int rank;  // the highest wins in a hint
  ExtensionState extension;
};

// In the order of the enumeration.
constexpr std::array<Row, 9> kRows{{
    {"UNKNOWN", 1, {"0", "Idle"}},
    {"NOT_INUSE", 3, {"0", "Idle"}},
    {"INUSE", 6, {"1", "InUse"}},
    {"BUSY", 7, {"2", "Busy"}},
    {"INVALID", 0, {"4", "Unavailable"}},
    {"UNAVAILABLE", 2, {"4", "Unavailable"}},
    {"RINGING", 5, {"8", "Ringing"}},
    {"RINGINUSE", 8, {"9", "InUse&Ringing"}},
    {"ONHOLD", 4, {"16", "Hold"}},
}};

const Row& row(DeviceState state) noexcept { return kRows[static_cast<std::size_t>(state)]; }

}  // namespace

std::string_view to_string(DeviceState state) noexcept { return row(state).word; }

ExtensionState extension_state(DeviceState state) noexcept { return row(state).extension; }

std::optional<DeviceState> writable_device_state(std::string_view word) noexcept {
  for (std::size_t i = 1; i < kRows.size(); ++i) {
    if (equal_without_case(word, kRows[i].word)) return static_cast<DeviceState>(i);
  }
  return std::nullopt;
}

DeviceState aggregate(std::initializer_list<DeviceState> states) noexcept {
  auto result = DeviceState::invalid;
  bool ringing = false;
  bool in_use = false;
  for (const auto state : states) {
    ringing = ringing || state == DeviceState::ringing;
    in_use = in_use || state == DeviceState::inuse || state == DeviceState::onhold || state == DeviceState::busy;
    if (ringing && in_use) {
      result = DeviceState::ringinuse;
    } else if (row(state).rank > row(result).rank) {
      result = state;
    }
  }
  return result;
}

}  // namespace amibroker::sim
