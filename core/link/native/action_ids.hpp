// SPDX-License-Identifier: Apache-2.0
//
// The two kinds of ActionID on a session: numbers are for the server around it, `s` and a number for its own.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace amibroker::link::native {

/// Nothing if `id` is no decimal number.
[[nodiscard]] inline std::optional<std::uint64_t> number_of(std::string_view id) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
  if (error != std::errc{} || end != id.data() + id.size()) return std::nullopt;
  return value;
}

[[nodiscard]] inline std::string own_id(std::uint64_t number) { return "s" + std::to_string(number); }

/// Nothing if `id` is not one of the session's own.
[[nodiscard]] inline std::optional<std::uint64_t> own_number_of(std::string_view id) noexcept {
  if (!id.starts_with('s')) return std::nullopt;
  return number_of(id.substr(1));
}

}  // namespace amibroker::link::native
