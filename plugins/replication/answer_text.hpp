// SPDX-License-Identifier: Apache-2.0
//
// Pieces of what a plugin answers administrators: arguments, and JSON.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "amibroker/json.hpp"
#include "amibroker/message.hpp"

namespace amibroker::replication {

/// Empty if there is none.
inline std::string_view argument(std::span<const Field> arguments, std::string_view name) {
  const auto found =
      std::find_if(arguments.begin(), arguments.end(), [&](const Field& field) { return field.name == name; });
  return found == arguments.end() ? std::string_view{} : found->value;
}

/// `from`, where a list in pages goes on; 0 if there is none. Throws std::invalid_argument.
inline std::uint32_t page_argument(std::span<const Field> arguments) {
  const std::string_view text = argument(arguments, "from");
  std::uint32_t from = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), from);
  if (!text.empty() && (error != std::errc() || end != text.data() + text.size()))
    throw std::invalid_argument("from: a number is needed, as `next` of the answer before");
  return from;
}

inline std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", seconds);
  return text;
}

/// `"name":json`, with a comma before it if it is not the first.
inline void add_raw(std::string& out, std::string_view name, std::string_view json) {
  if (out.back() != '{') out += ',';
  append_json(out, name);
  out.append(1, ':').append(json);
}

/// `"name":"value"`
inline void add_text(std::string& out, std::string_view name, std::string_view value) {
  add_raw(out, name, {});
  append_json(out, value);
}

/// A comma, if it is not the first item of its list.
inline void next_item(std::string& out) {
  if (out.back() != '[') out += ',';
}

}  // namespace amibroker::replication
