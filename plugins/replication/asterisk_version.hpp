// SPDX-License-Identifier: Apache-2.0
//
// Whether an Asterisk is new enough.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace amibroker::replication {

/// DeviceStateList and PresenceStateList came with Asterisk 13 (res_manager_devicestate, res_manager_presencestate).
inline constexpr unsigned least_asterisk = 13;

/// 22 of `22.1.0` and of `certified/22.8-cert1`, 1 of `1.8.32.3`; nothing if the text begins otherwise, as that of a
/// build from a branch does.
[[nodiscard]] inline std::optional<unsigned> major_version(std::string_view version) noexcept {
  constexpr std::string_view certified = "certified/";
  if (version.starts_with(certified)) version.remove_prefix(certified.size());
  unsigned major = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
  if (error != std::errc() || end == version.data() + version.size() || *end != '.') return std::nullopt;
  return major;
}

}  // namespace amibroker::replication
