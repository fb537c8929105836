// SPDX-License-Identifier: Apache-2.0
#include "core/app/line_feed.hpp"

#include <algorithm>
#include <cstdio>

#include "core/base/text.hpp"

namespace amibroker::app {
namespace {

constexpr bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

/// The line without its comment: all of a line that begins with `;` or `#`, and what follows a `;` after a blank.
std::string_view without_comment(std::string_view line) {
  const std::size_t first = line.find_first_not_of(base::blanks);
  if (first == std::string_view::npos || line[first] == ';' || line[first] == '#') return {};
  for (std::size_t at = line.find(';'); at != std::string_view::npos; at = line.find(';', at + 1))
    if (base::blanks.find(line[at - 1]) != std::string_view::npos) return line.substr(0, at);
  return line;
}

/// Appends to `out`, which ends at `end`; the caller has made sure of the space.
char* put(char* out, std::string_view text) { return std::copy(text.begin(), text.end(), out); }

}  // namespace

LineFeed::LineFeed(std::string_view text, std::vector<base::Problem>& errors) : text_(text), errors_(errors) {
  constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
  if (text_.starts_with(utf8_mark)) text_.remove_prefix(utf8_mark.size());
}

bool LineFeed::next(std::span<char> buffer) {
  if (piece_ == Piece::header) {
    *put(put(buffer.data(), mark_key), "=\n") = '\0';
    piece_ = Piece::mark;
    return true;
  }
  if (sent_ < current_.size()) {
    piece_ = Piece::rest;
    write_rest(buffer);
    return true;
  }
  if (!next_line()) return false;
  if (has_key_ && indent_ > key_indent_) {
    piece_ = Piece::continuation;
    write_rest(buffer);
  } else if (current_.front() == '[') {
    piece_ = Piece::header;
    has_key_ = false;
    check_header();
    write_first(buffer);
    sent_ = current_.size();  // what follows the bracket is ignored
  } else {
    piece_ = Piece::entry;
    has_key_ = true;
    key_indent_ = indent_;
    if (is_plugins_) hide_colons();
    write_first(buffer);
  }
  return true;
}

/// Goes on to the next line that has more than blanks and comments.
bool LineFeed::next_line() {
  while (!text_.empty()) {
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    std::string_view raw = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    ++line_;
    if (raw.ends_with('\r')) raw.remove_suffix(1);
    replace_control_bytes(raw);
    const std::string_view content = without_comment(current_);
    const std::string_view trimmed = base::trim(content);
    if (trimmed.empty()) continue;
    indent_ = content.find_first_not_of(base::blanks);
    current_ = std::string(trimmed);
    sent_ = 0;
    return true;
  }
  return false;
}

/// Copies the line; a control byte becomes `?`, so that it is reported only once.
void LineFeed::replace_control_bytes(std::string_view raw) {
  current_.assign(raw);
  const auto first = std::find_if(current_.begin(), current_.end(), is_control);
  if (first == current_.end()) return;
  char text[96];
  std::snprintf(text, sizeof text, "byte 0x%02x in column %td: only text is allowed; delete it",
                static_cast<unsigned>(static_cast<unsigned char>(*first)), first - current_.begin() + 1);
  errors_.push_back({line_, text});
  std::replace_if(first, current_.end(), is_control, '?');
}

/// A header without its bracket is completed, so that the keys that follow are read as meant.
void LineFeed::check_header() {
  std::size_t close = current_.find(']');
  if (close == std::string::npos) {
    errors_.push_back({line_, "the section " + base::in_quotes(current_) + " has no closing \"]\""});
    close = current_.size();
    current_ += ']';
  }
  const std::string_view name = base::trim(std::string_view(current_).substr(1, close - 1));
  is_plugins_ = name == "plugins";
  header_is_broken_ = name.empty() || close - 1 > max_name_bytes;
  if (name.empty()) errors_.push_back({line_, "a section without a name"});
  if (close - 1 > max_name_bytes)
    errors_.push_back({line_, "the section's name " + base::in_quotes(name) + " is longer than " +
                                  std::to_string(max_name_bytes) + " characters"});
}

/// In a line with "=", what is before it is a name, with its colons; but "path: FOLDER" is a key and its value.
void LineFeed::hide_colons() {
  const std::string_view name = std::string_view(current_).substr(0, current_.find('='));
  if (name.size() == current_.size() || base::lower(base::trim(name.substr(0, name.find(':')))) == "path") return;
  std::replace(current_.begin(), current_.begin() + static_cast<std::ptrdiff_t>(name.size()), ':', colon);
}

void LineFeed::write_first(std::span<char> buffer) {
  const std::size_t space = buffer.size() - 3;  // a guard, the line end and the zero byte
  const std::string_view part = std::string_view(current_).substr(0, space);
  sent_ = part.size();
  char* out = put(buffer.data(), part);
  if (sent_ < current_.size()) *out++ = guard;
  *put(out, "\n") = '\0';
}

void LineFeed::write_rest(std::span<char> buffer) {
  const std::size_t space = buffer.size() - 5;  // a blank, two guards, the line end and the zero byte
  const std::string_view part = std::string_view(current_).substr(sent_, space);
  sent_ += part.size();
  char* out = buffer.data();
  *out++ = ' ';
  *out++ = guard;
  out = put(out, part);
  *out++ = guard;
  *put(out, "\n") = '\0';
}

}  // namespace amibroker::app
