// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/text.hpp"

#include <algorithm>

namespace amibroker::sim {
namespace {

// Without the locale, which std::tolower would ask for each byte.
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

unsigned base64_value(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0' + 52);
  if (c == '+') return 62;
  return 63;  // also for what is no letter of the alphabet
}

}  // namespace

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_without_case(std::string_view text, std::string_view prefix) noexcept {
  return equal_without_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool has_control_bytes(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string escaped_c(std::string_view text) {
  static constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\'\"?";
  static constexpr std::string_view kLetters = "abfnrtv\\'\"?";
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    const auto at = kBytes.find(c);
    if (at == std::string_view::npos) {
      result += c;
    } else {
      result += '\\';
      result += kLetters[at];
    }
  }
  return result;
}

std::string base64_decoded(std::string_view text, std::size_t limit) {
  std::string result;
  unsigned collected = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=' || result.size() == limit) break;
    collected = (collected << 6U) | base64_value(c);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      result += static_cast<char>((collected >> static_cast<unsigned>(bits)) & 0xffU);
    }
  }
  if (const auto end = result.find('\0'); end != std::string::npos) result.resize(end);
  return result;
}

}  // namespace amibroker::sim
