// SPDX-License-Identifier: Apache-2.0
//
// Which names the bus takes (amibroker/bus.hpp). Since ABI 3.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace amibroker::testing {

/// A part of a topic, or the name of a site.
[[nodiscard]] inline bool is_bus_token(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

[[nodiscard]] inline bool is_bus_topic(std::string_view text) noexcept {
  for (int tokens = 1; tokens <= 4; ++tokens) {
    const std::size_t dot = text.find('.');
    if (!is_bus_token(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
  return false;
}

}  // namespace amibroker::testing
