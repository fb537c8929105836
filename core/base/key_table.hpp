// SPDX-License-Identifier: Apache-2.0
//
// Reading the keys of a section by a table, one row a key, and the kinds of values that many keys share.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/findings.hpp"
#include "core/base/section.hpp"

namespace amibroker::base {

/// How one key of a section is read into `Target`.
template <typename Target>
struct KeySpec {
  std::string_view name;
  void (*read)(const Setting& setting, Target& target, Findings& findings);
};

/// False, with an error, if the value goes on in a second line.
bool check_one_line(const Setting& setting, Findings& findings);

/// A value of yes or no; if it is neither, an error and nothing else.
void read_boolean(const Setting& setting, bool& value, Findings& findings);

/// A number within a range, or nothing, with an error. `unit` as it is written in a message, with a blank before it.
[[nodiscard]] std::optional<std::int64_t> read_number(const Setting& setting, std::int64_t least, std::int64_t greatest,
                                                      std::string_view unit, Findings& findings);

/// A TCP port, 1 to 65535.
void read_port(const Setting& setting, std::uint16_t& port, Findings& findings);

/// A text of one line that goes into an action: 1 to 500 bytes without control characters.
void read_text(const Setting& setting, std::string& text, Findings& findings);

/// A text of one line that is looked at once the whole section was read.
void keep_text(const Setting& setting, std::string& text, Findings& findings);

/// A list whose items are `right`, each there once. `rule`: what an item must be, as the end of a message.
void read_list(const Setting& setting, bool (*right)(std::string_view), std::string_view rule,
               std::vector<std::string>& items, Findings& findings);

/// An error for each of these keys that the section does not have.
void require(const Section& section, std::initializer_list<std::string_view> keys, Findings& findings);

/// An error for each of these keys that the section has. `needed`: what would give them a meaning.
void forbid(const Section& section, std::initializer_list<std::string_view> keys, std::string_view needed,
            Findings& findings);

/// An unknown key, with the nearest one.
void report_unknown_key(const Setting& setting, std::string_view section, std::span<const std::string_view> known,
                        Findings& findings);

/// Reads one key by the table. False if the table does not have it.
template <typename Target>
bool read_key(const Setting& setting, std::span<const KeySpec<Target>> table, Target& target, Findings& findings) {
  for (const KeySpec<Target>& row : table) {
    if (row.name != setting.key) continue;
    row.read(setting, target, findings);
    return true;
  }
  return false;
}

/// Reads the keys of a section by its table; a key that is not in it is an error.
template <typename Target>
void read_keys(const Section& section, std::span<const KeySpec<Target>> table, Target& target, Findings& findings) {
  for (const Setting& setting : section.settings) {
    if (read_key(setting, table, target, findings)) continue;
    std::vector<std::string_view> known;
    for (const KeySpec<Target>& row : table) known.push_back(row.name);
    report_unknown_key(setting, section.name, known, findings);
  }
}

}  // namespace amibroker::base
