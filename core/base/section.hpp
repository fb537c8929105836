// SPDX-License-Identifier: Apache-2.0
//
// A section of a configuration, as text: what its keys mean has not been looked at yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace amibroker::base {

/// One `key = value` or `key: value`.
struct Setting {
  std::string key;      ///< in lower case
  std::string value;    ///< without blanks at both ends; the lines of a longer value are joined by '\n'
  int line = 0;         ///< in the file, from 1
  int second_line = 0;  ///< first line that continues the value, 0 if none does
};

struct Section {
  std::string name;  ///< without blanks at both ends
  int line = 0;
  std::vector<Setting> settings;  ///< no key twice
};

/// The line of a key; 0 if the section does not have it.
[[nodiscard]] inline int line_of(const Section& section, std::string_view key) noexcept {
  for (const Setting& setting : section.settings)
    if (setting.key == key) return setting.line;
  return 0;
}

}  // namespace amibroker::base
