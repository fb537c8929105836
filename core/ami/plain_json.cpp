// SPDX-License-Identifier: Apache-2.0
#include "core/ami/plain_json.hpp"

#include <array>
#include <cstddef>

namespace amibroker::ami {
namespace {

/// Bytes that mean themselves in a text. A table, because every byte of every message is looked up.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x7f; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

/// Walks over the text. Each step says whether it succeeded; after one that did not, nothing more is asked.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  [[nodiscard]] bool skip(char expected) noexcept {
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }

  /// A text in quotes.
  [[nodiscard]] bool text(std::string_view& out) noexcept {
    if (!skip('"')) return false;
    const char* const begin = at_;
    while (at_ != end_ && is_plain(*at_)) ++at_;
    out = {begin, static_cast<std::size_t>(at_ - begin)};
    return skip('"');
  }

 private:
  static bool is_plain(char c) noexcept { return plain_bytes[static_cast<unsigned char>(c)]; }

  const char* at_;
  const char* end_;
};

bool read_object(Cursor& cursor, std::vector<Field>& fields) {
  if (!cursor.skip('{')) return false;
  do {
    Field field;
    if (!cursor.text(field.name) || !cursor.skip(':') || !cursor.text(field.value)) return false;
    fields.push_back(field);
  } while (cursor.skip(','));
  return cursor.skip('}');
}

}  // namespace

bool read_plain_object(std::string_view json, std::vector<Field>& fields) {
  Cursor cursor(json);
  return read_object(cursor, fields) && cursor.at_end();
}

bool read_plain_array_of_one(std::string_view json, std::vector<Field>& fields) {
  Cursor cursor(json);
  return cursor.skip('[') && read_object(cursor, fields) && cursor.skip(']') && cursor.at_end();
}

}  // namespace amibroker::ami
