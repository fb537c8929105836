// SPDX-License-Identifier: Apache-2.0
#include "core/ami/text_decoder.hpp"

#include <cstdint>

#include "core/ami/command_reply.hpp"
#include "core/ami/text_block.hpp"

namespace amibroker::ami {
namespace {

constexpr std::size_t none = std::string_view::npos;
/// Room that is kept for the next message: a reply of 200,000 headers would leave 12 MiB.
constexpr std::size_t kept_fields = 4096;

/// The text from `begin` to the line feed at `end`, without the other half of a line end.
std::string_view line_of(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  if (end > begin && text[end - 1] == '\r') --end;
  return {text.data() + begin, end - begin};
}

/// The text after the colon at `colon`, without one blank.
std::string_view value_of(std::string_view line, std::size_t colon) noexcept {
  line.remove_prefix(colon + 1);
  if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  return line;
}

/// The value of the header that begins at `begin`, if it has this name (with its colon).
std::string_view value_if(std::string_view text, std::size_t begin, std::string_view name) noexcept {
  if (!same_name(text.substr(begin, name.size()), name)) return {};
  const std::size_t end = text.find('\n', begin);
  return value_of(line_of(text, begin, end == none ? text.size() : end), name.size() - 1);
}

/// Calls `visit(begin, colon, end)` for each line: where it begins, its first colon or `none`, its line feed or the
/// end of the text. Before each block_bytes + 1 lines it calls `expect`.
template <typename Expect, typename Visitor>
void each_line(std::string_view text, Expect&& expect, Visitor&& visit) {
  std::size_t begin = 0;
  std::size_t colon = none;
  expect();
  for (std::size_t at = 0; at < text.size(); at += block_bytes) {
    const TextBlock block(text, at);
    std::uint64_t colons = block.equal(':');
    for (std::uint64_t feeds = block.equal('\n'); feeds != 0; feeds &= feeds - 1) {
      const std::uint64_t before = (feeds & (0 - feeds)) - 1;  // the bits below the lowest one of `feeds`
      const std::size_t end = at + lowest_bit(feeds);
      if (colon == none && (colons & before) != 0) colon = at + lowest_bit(colons);
      visit(begin, colon, end);
      colons &= ~before;
      begin = end + 1;
      colon = none;
    }
    if (colon == none && colons != 0) colon = at + lowest_bit(colons);
    expect();
  }
  if (begin < text.size()) visit(begin, colon, text.size());
}

}  // namespace

std::string_view peek_text_event(std::string_view text) noexcept { return value_if(text, 0, "Event:"); }

std::string_view peek_action_id(std::string_view text) noexcept {
  constexpr std::string_view name = "ActionID:";
  std::uint64_t after_feed = 1;  // bit 0: the block begins a line
  for (std::size_t at = 0; at < text.size(); at += block_bytes) {
    const TextBlock block(text, at);
    const std::uint64_t feeds = block.equal('\n');
    std::uint64_t candidates = (feeds << 1 | after_feed) & (block.equal('A') | block.equal('a'));
    for (; candidates != 0; candidates &= candidates - 1) {
      const std::size_t begin = at + lowest_bit(candidates);
      if (same_name(text.substr(begin, name.size()), name)) return value_if(text, begin, name);
    }
    after_feed = feeds >> (block_bytes - 1);
  }
  return {};
}

const Message* TextDecoder::decode(std::string_view text) {
  count_ = 0;
  if (fields_.size() > kept_fields) fields_ = std::vector<Field>(kept_fields);
  const std::size_t raw = raw_lines_begin(text);
  append_lines(raw == 0 ? text : text.substr(0, raw));
  if (raw != 0) append_raw_lines(text.substr(raw));
  if (count_ == 0) {
    error_ = "it has no line";
    return nullptr;
  }
  message_ = Message(std::span(fields_).first(count_));
  return &message_;
}

void TextDecoder::append_lines(std::string_view text) {
  each_line(
      text, [&] { make_room(); },
      [&](std::size_t begin, std::size_t colon, std::size_t end) {
        const std::string_view line = line_of(text, begin, end);
        if (colon != none && colon != begin) {
          const std::size_t name_size = colon - begin;
          fields_[count_++] = {{line.data(), name_size}, value_of(line, name_size)};
        } else if (!line.empty()) {
          fields_[count_++] = {"Output", line};
        }
      });
}

void TextDecoder::append_raw_lines(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.ends_with(end_of_command)) text.remove_suffix(end_of_command.size());
  each_line(
      text, [&] { make_room(); },
      [&](std::size_t begin, std::size_t, std::size_t end) {
        fields_[count_++] = {"Output", line_of(text, begin, end)};
      });
}

/// For all lines that one block can end, and a last one without a line end.
void TextDecoder::make_room() {
  const std::size_t needed = count_ + block_bytes + 1;
  if (needed > fields_.size()) fields_.resize(2 * needed);
}

}  // namespace amibroker::ami
