// SPDX-License-Identifier: Apache-2.0
//
// A configuration file, line by line, cut into pieces that are short enough for inih.
//
// inih, as distributions build it, silently cuts a line at 200 characters. It also joins lines: one that begins
// with a blank continues the value before it. So a long line is handed over as one short line and continuations.
// A piece that continues is put between two guard bytes, which the receiver takes off: blanks at a cut survive,
// and a piece that begins with `;` or `#` is not taken for a comment.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.hpp"
#include "core/host/plugin_config.hpp"

namespace amibroker::app {

/// Not safe for use from several threads at once.
class LineFeed {
 public:
  /// What was handed over last.
  enum class Piece {
    none,          ///< nothing yet
    header,        ///< `[section]`
    mark,          ///< a key named `mark_key` after each header: inih itself does not report headers
    entry,         ///< `key = value`, or the first part of it
    rest,          ///< the next part of the same line
    continuation,  ///< an indented line that continues the value before it
  };

  /// Never part of a file: control bytes are reported and replaced.
  static constexpr char guard = '\x01';
  static constexpr std::string_view mark_key = "\x01";
  /// Stands for a colon in a key, for inih ends keys at colons: `NAME:INSTANCE = yes` in `[plugins]`.
  static constexpr char colon = '\x02';
  /// Longest name of a section or a key; inih cuts longer ones.
  static constexpr std::size_t max_name_bytes = 49;

  /// `text` is the whole file and outlives the feed. A line with control bytes and a broken header are added to
  /// `errors`, which outlives the feed too.
  LineFeed(std::string_view text, std::vector<base::Problem>& errors);

  /// Writes the next piece, a line end and a zero byte into `buffer` (at least 64 bytes). False at the end of the file.
  bool next(std::span<char> buffer);

  [[nodiscard]] Piece piece() const noexcept { return piece_; }
  /// Line of the piece in the file, from 1.
  [[nodiscard]] int line() const noexcept { return line_; }
  /// Whether the last header was broken and reported, so that what follows belongs to no section.
  [[nodiscard]] bool header_is_broken() const noexcept { return header_is_broken_; }

 private:
  bool next_line();
  void replace_control_bytes(std::string_view raw);
  void check_header();
  void hide_colons();
  void write_first(std::span<char> buffer);
  void write_rest(std::span<char> buffer);

  std::string_view text_;
  std::vector<base::Problem>& errors_;
  std::string current_;   ///< the line, without comment, line end and blanks at both ends
  std::size_t sent_ = 0;  ///< how much of `current_` was handed over
  std::size_t indent_ = 0;
  std::size_t key_indent_ = 0;  ///< of the key that a continuation would belong to
  bool has_key_ = false;
  bool header_is_broken_ = false;
  bool is_plugins_ = false;  ///< the section is [plugins]
  Piece piece_ = Piece::none;
  int line_ = 0;
};

}  // namespace amibroker::app
