// SPDX-License-Identifier: Apache-2.0
#include "core/app/ini_reader.hpp"

#include <ini.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/app/line_feed.hpp"
#include "core/base/text.hpp"

namespace amibroker::app {
namespace {

/// Puts together what inih reports, piece by piece.
class Collector {
 public:
  Collector(std::string_view text, std::vector<base::Problem>& errors) : feed_(text, errors), errors_(errors) {}

  std::vector<base::Section> read() {
    // The number that inih returns counts pieces, not lines, and stops at the first mistake: not used.
    ini_parse_stream(&Collector::next_piece, this, &Collector::on_value, this);
    finish_entry();
    return std::move(sections_);
  }

 private:
  static char* next_piece(char* buffer, int size, void* self) {
    return static_cast<Collector*>(self)->next_piece({buffer, static_cast<std::size_t>(size)});
  }
  static int on_value(void* self, const char* section, const char* name, const char* value) {
    // A build of inih that reports headers by itself does so without a name.
    if (name != nullptr && value != nullptr) static_cast<Collector*>(self)->on_value(section, name, value);
    return 1;
  }

  char* next_piece(std::span<char> buffer) {
    if (feed_.piece() == LineFeed::Piece::entry && !called_)
      errors_.push_back({feed_.line(), "no \"=\" in this line: a line is \"key = value\", \"[section]\" or a comment"});
    called_ = false;
    if (!feed_.next(buffer)) return nullptr;
    // A key's value ends here even if inih does not understand what follows.
    if (feed_.piece() == LineFeed::Piece::entry || feed_.piece() == LineFeed::Piece::header) finish_entry();
    return buffer.data();
  }

  void on_value(std::string_view section, std::string_view name, std::string_view value) {
    called_ = true;
    switch (feed_.piece()) {
      case LineFeed::Piece::mark: begin_section(base::trim(section)); break;
      case LineFeed::Piece::entry: begin_entry(name, value); break;
      case LineFeed::Piece::rest: append(value); break;
      case LineFeed::Piece::continuation:
        if (accepted_) {
          if (entry().second_line == 0) entry().second_line = feed_.line();
          entry().value += '\n';
        }
        append(value);
        break;
      case LineFeed::Piece::header:
      case LineFeed::Piece::none: break;
    }
  }

  void begin_section(std::string_view name) {
    open_ = false;
    skip_ = feed_.header_is_broken();
    keys_.clear();
    if (skip_) return;
    const auto [first, is_new] = names_.try_emplace(std::string(name), feed_.line());
    if (is_new) {
      sections_.push_back({std::string(name), feed_.line(), {}});
      open_ = true;
      return;
    }
    skip_ = true;
    errors_.push_back({feed_.line(), "the section [" + std::string(name) + "] is there already, in line " +
                                         std::to_string(first->second) + ": put its keys together"});
  }

  void begin_entry(std::string_view name, std::string_view value) {
    if (skip_) return;
    std::string key = base::lower(name);
    std::replace(key.begin(), key.end(), LineFeed::colon, ':');
    const int line = feed_.line();
    if (key.empty()) {
      errors_.push_back({line, "no key before the \"=\""});
    } else if (key.size() > LineFeed::max_name_bytes) {
      errors_.push_back({line, "the key " + base::in_quotes(key) + " is longer than " +
                                   std::to_string(LineFeed::max_name_bytes) + " characters"});
    } else if (!open_) {
      errors_.push_back({line, "the key " + base::in_quotes(key) + " is before the first [section]"});
    } else if (const auto [first, is_new] = keys_.try_emplace(key, line); !is_new) {
      errors_.push_back({line, "the key " + base::in_quotes(key) + " is there already, in line " +
                                   std::to_string(first->second) + ": delete one of the two"});
    } else {
      sections_.back().settings.push_back({key, {}, line, 0});
      accepted_ = true;
      append(value);
    }
  }

  void append(std::string_view value) {
    if (!accepted_) return;
    if (value.starts_with(LineFeed::guard)) value.remove_prefix(1);
    if (value.ends_with(LineFeed::guard)) value.remove_suffix(1);
    entry().value.append(value);
  }

  /// Cutting may have left blanks before the value.
  void finish_entry() {
    if (accepted_) entry().value = std::string(base::trim(entry().value));
    accepted_ = false;
  }

  base::Setting& entry() { return sections_.back().settings.back(); }

  LineFeed feed_;
  std::vector<base::Problem>& errors_;
  std::vector<base::Section> sections_;
  std::map<std::string, int, std::less<>> names_;  ///< sections and their lines
  std::map<std::string, int, std::less<>> keys_;   ///< keys of this section and their lines
  bool open_ = false;                              ///< there is a section for keys
  bool skip_ = false;                              ///< the section was reported: its keys are not looked at
  bool accepted_ = false;                          ///< the last key was taken, so its value may go on
  bool called_ = false;                            ///< inih understood the last piece
};

}  // namespace

std::vector<base::Section> read_ini(std::string_view text, std::vector<base::Problem>& errors) {
  return Collector(text, errors).read();
}

}  // namespace amibroker::app
