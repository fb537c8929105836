// SPDX-License-Identifier: Apache-2.0
//
// Messages as JSON, for plugins that pass them on. Since ABI 3; compiled into the plugin. Pure functions, any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/message.hpp"

namespace amibroker {

/// Longest JSON text of one message, if nothing else is asked for.
inline constexpr std::size_t longest_json = 64 * 1024;

namespace detail {

/// Length of the well-formed UTF-8 character at the beginning of `text`, which is not empty; 0 if there is none.
/// Source: table 3-7 of the Unicode Standard 15.
[[nodiscard]] inline std::size_t utf8_character(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto is_tail = [&](std::size_t i) { return at(i) >= 0x80 && at(i) <= 0xbf; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return is_tail(1) ? 2 : 0;
  const unsigned least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;  // else it has a shorter form
  const unsigned most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;   // else a surrogate, or beyond U+10FFFF
  if (at(1) < least || at(1) > most || !is_tail(2)) return 0;
  if (lead < 0xf0) return 3;
  return is_tail(3) ? 4 : 0;
}

/// Appends one byte below 0x20, a quote or a backslash.
inline void append_json_escape(std::string& out, char c) {
  constexpr char digits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out.append("\\u00").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
}

/// Appends a quoted text. False, with a part of it appended, as soon as `out` would be longer than `most`.
[[nodiscard]] inline bool append_json_text(std::string& out, std::string_view text, std::size_t most) {
  out += '"';
  while (!text.empty() && out.size() <= most) {
    const std::size_t size = utf8_character(text);
    const char c = text.front();
    if (size == 0) out += "\xef\xbf\xbd";
    else if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') append_json_escape(out, c);
    else out.append(text.substr(0, size));
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  out += '"';
  return out.size() <= most;
}

[[nodiscard]] inline bool before_without_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return lower(x) < lower(y); });
}

/// For each field its place among those of the same name, found by sorting: a hostile message may have many.
struct Repeats {
  explicit Repeats(const Message& message) : first(message.size(), true), next(message.size(), none) {
    std::vector<std::size_t> order(message.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto name = [&](std::size_t i) { return message.begin()[static_cast<std::ptrdiff_t>(i)].name; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return before_without_case(name(a), name(b)); });
    for (std::size_t i = 1; i < order.size(); ++i)
      if (same_name(name(order[i - 1]), name(order[i]))) {
        first[order[i]] = false;
        next[order[i - 1]] = order[i];
      }
  }
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<bool> first;        ///< no field before it has its name
  std::vector<std::size_t> next;  ///< the next one of its name, or none
};

[[nodiscard]] inline bool append_json_fields(std::string& out, const Message& message, std::size_t most) {
  const Repeats repeats(message);
  const auto field = [&](std::size_t i) { return message.begin()[static_cast<std::ptrdiff_t>(i)]; };
  out += '{';
  bool any = false;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (!repeats.first[i]) continue;
    if (any) out += ',';
    any = true;
    if (!append_json_text(out, field(i).name, most)) return false;
    const bool several = repeats.next[i] != Repeats::none;
    out += several ? ":[" : ":";
    for (std::size_t j = i; j != Repeats::none; j = repeats.next[j]) {
      if (j != i) out += ',';
      if (!append_json_text(out, field(j).value, most)) return false;
    }
    if (several) out += ']';
  }
  out += '}';
  return out.size() <= most;
}

}  // namespace detail

/// Appends a text as a JSON string, quotes included. Whatever bytes it has, the result is valid UTF-8 JSON: each byte
/// that belongs to no well-formed character becomes U+FFFD. False, and `out` is as before, if that would take more than
/// `most_bytes`.
inline bool append_json(std::string& out, std::string_view text, std::size_t most_bytes = longest_json) {
  const std::size_t before = out.size();
  if (detail::append_json_text(out, text, before + most_bytes)) return true;
  out.resize(before);
  return false;
}

/// Appends a message as one JSON object on one line: header names are keys, in the order of the message; values are
/// strings. A header that came several times (in any case) has one key, as it was first written, and an array of its
/// values. Otherwise as above.
inline bool append_json(std::string& out, const Message& message, std::size_t most_bytes = longest_json) {
  const std::size_t before = out.size();
  if (detail::append_json_fields(out, message, before + most_bytes)) return true;
  out.resize(before);
  return false;
}

}  // namespace amibroker
