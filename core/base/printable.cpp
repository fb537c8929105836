// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.hpp"

#include <simdjson.h>

#include <algorithm>

namespace amibroker::base {
namespace {

/// Length of the UTF-8 character at the start of `text`, or 0 where there is none.
std::size_t character_size(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size > text.size() || !simdjson::validate_utf8(text.substr(0, size))) return 0;
  return size;
}

/// C1 control characters (U+0080 to U+009F) steer some terminals as escape sequences do.
bool is_c1_control(std::string_view character) noexcept {
  return character.size() == 2 && character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_bytes) {
  const std::string_view shown = text.substr(0, max_bytes);
  std::string out;
  out.reserve(shown.size() + 3);
  for (std::size_t i = 0; i < shown.size();) {
    const std::size_t size = character_size(shown.substr(i));
    const std::string_view character = shown.substr(i, std::max<std::size_t>(size, 1));
    const auto first = static_cast<unsigned char>(character.front());
    if (size == 0 || first < 0x20 || first == 0x7f || is_c1_control(character)) {
      append_escaped(out, character);
    } else {
      out += character;
    }
    i += character.size();
  }
  if (shown.size() < text.size()) out += "...";
  return out;
}

}  // namespace amibroker::base
