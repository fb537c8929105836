// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/table.hpp"

#include <algorithm>

#include "core/base/printable.hpp"

namespace amibroker::ctl {
namespace {

constexpr std::size_t longest_cell = 100;

/// Characters, not bytes: what follows the first byte of one in UTF-8 has no width.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    auto& shown = cells.emplace_back();
    for (const std::string& cell : row) shown.push_back(base::printable(cell, longest_cell));
    widths.resize(std::max(widths.size(), shown.size()));
    for (std::size_t i = 0; i < shown.size(); ++i) widths[i] = std::max(widths[i], width(shown[i]));
  }
  std::string text;
  for (const auto& row : cells) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - width(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace amibroker::ctl
