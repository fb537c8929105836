// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/escapes.hpp"

#include <cstdint>

namespace amibroker::presence_state {
namespace {

constexpr std::uint8_t byte_at(std::string_view text, std::size_t i) noexcept {
  return static_cast<std::uint8_t>(text[i]);
}

/// Bytes of the character that `text` begins with; 0 if it is not well-formed (Unicode 15, table 3-7).
std::size_t utf8_size(std::string_view text) noexcept {
  const std::uint8_t first = byte_at(text, 0);
  if (first < 0x80) return 1;
  std::size_t size = 0;
  if (first >= 0xc2 && first <= 0xdf) size = 2;
  if (first >= 0xe0 && first <= 0xef) size = 3;
  if (first >= 0xf0 && first <= 0xf4) size = 4;
  if (size == 0 || text.size() < size) return 0;

  std::uint8_t least = 0x80;  // overlong forms, surrogates and what lies beyond U+10FFFF narrow the second byte
  std::uint8_t most = 0xbf;
  if (first == 0xe0) least = 0xa0;
  if (first == 0xed) most = 0x9f;
  if (first == 0xf0) least = 0x90;
  if (first == 0xf4) most = 0x8f;
  if (byte_at(text, 1) < least || byte_at(text, 1) > most) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if (byte_at(text, i) < 0x80 || byte_at(text, i) > 0xbf) return 0;
  return size;
}

}  // namespace

void append_unescaped(std::string& out, std::string_view text) {
  constexpr std::string_view letters = "abfnrtv\\'\"?";
  constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\'\"?";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t escape =
        text[i] == '\\' && i + 1 < text.size() ? letters.find(text[i + 1]) : std::string_view::npos;
    if (escape == std::string_view::npos) {
      out.push_back(text[i]);
    } else {
      out.push_back(meanings[escape]);
      ++i;
    }
  }
}

void append_clean(std::string& out, std::string_view text, std::size_t most_bytes) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  const std::size_t limit = out.size() + most_bytes;
  while (!text.empty() && text.front() != '\0') {
    const std::size_t size = utf8_size(text);
    const std::string_view character = size == 0 ? replacement : text.substr(0, size);
    if (out.size() + character.size() > limit) return;
    out.append(character);
    text.remove_prefix(size == 0 ? 1 : size);
  }
}

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = static_cast<std::uint32_t>(byte_at(bytes, i)) << 16;
    if (count > 1) group |= static_cast<std::uint32_t>(byte_at(bytes, i + 1)) << 8;
    if (count > 2) group |= byte_at(bytes, i + 2);
    for (std::size_t digit = 0; digit < 4; ++digit)
      out.push_back(digit <= count ? digits[group >> (18 - 6 * digit) & 0x3f] : '=');
  }
}

}  // namespace amibroker::presence_state
