// SPDX-License-Identifier: Apache-2.0
//
// What docs/configuration.md says of a plugin's options.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/options.hpp"

namespace amibroker::replication {

/// The page's section on the options of plugins.
inline std::string plugin_section(const char* page) {
  std::stringstream text;
  text << std::ifstream(page).rdbuf();
  const std::string all = text.str();
  const std::size_t begin = all.find("\n## [plugin NAME]\n");
  return begin == std::string::npos ? "" : all.substr(begin, all.find("\n## ", begin + 1) - begin);
}

/// The cells of an option's row: key, meaning, default, values, when to change; nothing if there is no such row.
inline std::vector<std::string> reference_row(const std::string& section, const std::string& key) {
  const std::size_t begin = section.find("\n| `" + key + "` | ");
  std::vector<std::string> cells;
  if (begin == std::string::npos) return cells;
  std::string row = section.substr(begin + 3, section.find('\n', begin + 1) - begin - 3);
  for (std::size_t end = row.find(" | "); end != std::string::npos; end = row.find(" | ")) {
    cells.push_back(row.substr(0, end));
    row.erase(0, end + 3);
  }
  cells.push_back(row);
  return cells;
}

/// Every option of a plugin has a row there, with its default and its range.
inline void expect_in_reference(const char* page, std::span<const OptionSpec> options) {
  const std::string section = plugin_section(page);
  for (const OptionSpec& option : options) {
    const std::vector<std::string> row = reference_row(section, option.key);
    ASSERT_GE(row.size(), 4U) << option.key << " has no row in " << page;
    const std::string_view value = option.default_value;
    if (value.empty()) {
      EXPECT_THAT(row[2], ::testing::StartsWith("empty")) << option.key;
    } else {
      const char* unit = std::string_view(option.unit) == "s" ? " seconds" : "";
      EXPECT_EQ(row[2], "`" + std::string(value) + "`" + unit) << option.key;
    }
    if (option.type != OptionType::integer) continue;
    const std::string range = std::to_string(option.min) + " to " + std::to_string(option.max);
    EXPECT_EQ(row[3].substr(0, row[3].find(';')), range) << option.key;
  }
}

}  // namespace amibroker::replication
