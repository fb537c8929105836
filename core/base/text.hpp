// SPDX-License-Identifier: Apache-2.0
//
// Small helpers for the texts of a configuration and of the messages about it.
#pragma once

#include <string>
#include <string_view>

namespace amibroker::base {

inline constexpr std::string_view blanks = " \t";

/// Without blanks at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text, std::string_view what = blanks) noexcept {
  const std::size_t first = text.find_first_not_of(what);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(what) - first + 1);
}

/// ASCII only, whatever the locale.
[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return result;
}

/// `text` for a message, cut if it is long.
[[nodiscard]] inline std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return std::string(text);
  return std::string(text.substr(0, longest)) + "...";
}

/// The same between quotes.
[[nodiscard]] inline std::string in_quotes(std::string_view text) { return '"' + shortened(text) + '"'; }

}  // namespace amibroker::base
