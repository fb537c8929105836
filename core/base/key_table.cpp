// SPDX-License-Identifier: Apache-2.0
#include "core/base/key_table.hpp"

#include <set>

#include "core/base/nearest.hpp"
#include "core/base/text.hpp"
#include "core/base/values.hpp"

namespace amibroker::base {

bool check_one_line(const Setting& setting, Findings& findings) {
  if (setting.second_line == 0) return true;
  findings.error(setting.second_line, "this line is indented, so it continues " + in_quotes(setting.key) + " of line " +
                                          std::to_string(setting.line) +
                                          ", which takes one line only: begin it where that line begins");
  return false;
}

void read_boolean(const Setting& setting, bool& value, Findings& findings) {
  constexpr std::string_view words[] = {"yes", "no", "true", "false", "on", "off"};
  if (!check_one_line(setting, findings)) return;
  if (const auto parsed = parse_boolean(setting.value)) value = *parsed;
  else
    findings.error(setting.line, setting.key + " = " + in_quotes(setting.value) + ": write yes or no" +
                                     did_you_mean(lower(setting.value), words));
}

std::optional<std::int64_t> read_number(const Setting& setting, std::int64_t least, std::int64_t greatest,
                                        std::string_view unit, Findings& findings) {
  if (!check_one_line(setting, findings)) return std::nullopt;
  const auto number = parse_number(setting.value);
  if (number && *number >= least && *number <= greatest) return number;
  findings.error(setting.line, setting.key + " = " + in_quotes(setting.value) + ": write a whole number from " +
                                   std::to_string(least) + " to " + std::to_string(greatest) + std::string(unit));
  return std::nullopt;
}

void read_port(const Setting& setting, std::uint16_t& port, Findings& findings) {
  if (const auto number = read_number(setting, 1, 65535, "", findings)) port = static_cast<std::uint16_t>(*number);
}

void read_text(const Setting& setting, std::string& text, Findings& findings) {
  constexpr std::size_t longest = 500;  // a line of AMI has 1,024 bytes
  if (!check_one_line(setting, findings)) return;
  if (setting.value.empty() || setting.value.size() > longest || has_control(setting.value))
    findings.error(setting.line, setting.key + ": write 1 to " + std::to_string(longest) +
                                     " bytes without tabs and other control characters");
  else text = setting.value;
}

void keep_text(const Setting& setting, std::string& text, Findings& findings) {
  if (check_one_line(setting, findings)) text = setting.value;
}

void read_list(const Setting& setting, bool (*right)(std::string_view), std::string_view rule,
               std::vector<std::string>& items, Findings& findings) {
  std::set<std::string_view> seen;
  for (const std::string_view item : split_list(setting.value)) {
    if (!right(item)) findings.error(setting.line, setting.key + ": " + in_quotes(item) + std::string(rule));
    else if (!seen.insert(item).second)
      findings.error(setting.line, setting.key + ": " + in_quotes(item) + " is there twice: delete one of the two");
    else items.emplace_back(item);
  }
}

void require(const Section& section, std::initializer_list<std::string_view> keys, Findings& findings) {
  for (const std::string_view key : keys)
    if (line_of(section, key) == 0) findings.error(section.line, "[" + section.name + "] has no " + std::string(key));
}

void forbid(const Section& section, std::initializer_list<std::string_view> keys, std::string_view needed,
            Findings& findings) {
  for (const std::string_view key : keys)
    if (const int line = line_of(section, key); line != 0)
      findings.error(line, std::string(key) + " means something with " + std::string(needed) +
                               " only: write that too, or delete this line");
}

void report_unknown_key(const Setting& setting, std::string_view section, std::span<const std::string_view> known,
                        Findings& findings) {
  findings.error(setting.line, "unknown key " + in_quotes(setting.key) + " in [" + std::string(section) + "]" +
                                   findings.hint(setting.key, known));
}

}  // namespace amibroker::base
