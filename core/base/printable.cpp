// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.hpp"

#include <simdjson.h>

#include <algorithm>
#include <iterator>

namespace amibroker::base {
namespace {

/// Length of the UTF-8 character at the start of `text`, or 0 if there is none.
std::size_t character_size(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size > text.size() || !simdjson::validate_utf8(text.substr(0, size))) return 0;
  return size;
}

/// The code point of one valid UTF-8 character.
char32_t code_point(std::string_view character) noexcept {
  const auto lead = static_cast<unsigned char>(character.front());
  char32_t value = character.size() == 1 ? lead : lead & (0x7f >> character.size());
  for (const char c : character.substr(1)) value = (value << 6) | (static_cast<unsigned char>(c) & 0x3f);
  return value;
}

struct Range {
  char32_t first, last;
};

// What a reader does not see, or what changes how the rest of the line looks: the control characters, those that turn
// the direction of writing, the separators that a viewer may take for the end of a line, and what Unicode calls
// Default_Ignorable_Code_Point (shown as nothing at all). Sources: DerivedCoreProperties.txt and PropList.txt
// (Bidi_Control) of Unicode 15. In ascending order.
constexpr Range hidden[] = {
    {0x0000, 0x001f},    // C0 controls
    {0x007f, 0x009f},    // delete and the C1 controls, which some terminals obey like escape sequences
    {0x00ad, 0x00ad},    // soft hyphen
    {0x034f, 0x034f},    // combining grapheme joiner
    {0x061c, 0x061c},    // Arabic letter mark
    {0x115f, 0x1160},    // Hangul fillers
    {0x17b4, 0x17b5},    // Khmer inherent vowels
    {0x180b, 0x180f},    // Mongolian variation selectors and vowel separator
    {0x200b, 0x200f},    // zero width space and joiners, left-to-right and right-to-left mark
    {0x2028, 0x202e},    // line and paragraph separator, embeddings and overrides of direction
    {0x2060, 0x206f},    // word joiner, invisible operators, isolates of direction
    {0x3164, 0x3164},    // Hangul filler
    {0xfe00, 0xfe0f},    // variation selectors
    {0xfeff, 0xfeff},    // byte order mark
    {0xffa0, 0xffa0},    // halfwidth Hangul filler
    {0xfff0, 0xfffb},    // reserved, and interlinear annotations
    {0x1bca0, 0x1bca3},  // shorthand format controls
    {0x1d173, 0x1d17a},  // musical format controls
    {0xe0000, 0xe0fff},  // tags and more variation selectors
};

bool is_hidden(char32_t point) noexcept {
  const auto* range =
      std::lower_bound(std::begin(hidden), std::end(hidden), point, [](Range r, char32_t p) { return r.last < p; });
  return range != std::end(hidden) && range->first <= point;
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
    if (size == 0 || is_hidden(code_point(character))) {
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
