// SPDX-License-Identifier: Apache-2.0
//
// The text of a configuration as sections, keys and values, with their lines. Knows no key by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/host/plugin_config.hpp"

namespace amibroker::app {

/// One `key = value` or `key: value`.
struct IniEntry {
  std::string key;    ///< in lower case
  std::string value;  ///< without blanks at both ends; the lines of a longer value are joined by '\n'
  int line = 0;
  int second_line = 0;  ///< first line that continues the value, 0 where none does
};

struct IniSection {
  std::string name;  ///< without blanks at both ends
  int line = 0;
  std::vector<IniEntry> entries;  ///< no key twice
};

/// The line of a key; 0 where the section has none.
[[nodiscard]] int line_of(const IniSection& section, std::string_view key) noexcept;

/// Reads a whole file. What cannot be read is added to `errors` and left out: a line without `=`, a key before the
/// first section, a key twice in a section (the first one is kept), a section twice (likewise), control bytes.
/// Lines, keys and values may be of any length but names, see LineFeed::max_name_bytes.
[[nodiscard]] std::vector<IniSection> read_ini(std::string_view text, std::vector<host::ConfigError>& errors);

}  // namespace amibroker::app
