// SPDX-License-Identifier: Apache-2.0
//
// Which actions the daemon refuses to send, for tests: the same rules, in the same words, as core/ami/action_check.cpp
// (tests/unit/sdk compares the two). Since ABI 3.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "amibroker/action.hpp"
#include "amibroker/json.hpp"

namespace amibroker::testing {

/// At most 60 bytes of a text, what is not printable ASCII as `\xNN`.
[[nodiscard]] inline std::string shown(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text.substr(0, 60)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) out += c;
    else out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return text.size() > 60 ? out + "..." : out;
}

namespace detail {

[[nodiscard]] inline bool is_action_name(std::string_view text) noexcept {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), allowed);
}

/// What is wrong with a value, or an empty text.
[[nodiscard]] inline std::string_view flaw_of_value(std::string_view value, bool needs_utf8) noexcept {
  if (value.size() > 1000) return "is longer than 1000 bytes";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(value.begin(), value.end(), is_control)) return "holds a control byte";
  while (needs_utf8 && !value.empty()) {
    const std::size_t size = amibroker::detail::utf8_character(value);
    if (size == 0) return "is not UTF-8";
    value.remove_prefix(size);
  }
  return {};
}

}  // namespace detail

/// Why the daemon would not send this action; empty if it would. `needs_utf8`: to a server with `transport = zmq`.
[[nodiscard]] inline std::string why_refused(const Action& action, bool needs_utf8) {
  const std::string made_of = " is not made of letters, digits, _ and -";
  if (!detail::is_action_name(action.name())) return "the action's name '" + shown(action.name()) + '\'' + made_of;
  if (action.size() > 126) return "action " + std::string(action.name()) + " has more than 126 headers";
  for (std::size_t i = 0; i < action.size(); ++i) {
    const Field header = action[i];
    const std::string name(header.name);
    if (!detail::is_action_name(name)) return "the header's name '" + shown(name) + '\'' + made_of;
    if (same_name(name, "Action") || same_name(name, "ActionID"))
      return "the header " + name + " is set by the broker itself";
    if (const auto flaw = detail::flaw_of_value(header.value, needs_utf8); !flaw.empty())
      return "the value of " + name + ' ' + std::string(flaw) + ": '" + shown(header.value) + '\'';
    if (name.size() + header.value.size() + 4 > 1024)
      return "the header " + name + " makes a line of more than 1024 bytes, which Asterisk discards";
  }
  return {};
}

}  // namespace amibroker::testing
