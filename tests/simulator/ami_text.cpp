// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/ami_text.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::sim {

std::string ami_text(const Fields& message) {
  std::string text;
  for (const auto& [name, value] : message) text.append(name).append(": ").append(value).append("\r\n");
  return text += "\r\n";
}

std::optional<AmiAction> AmiReader::next() {
  while (true) {
    const auto end = input_.find('\n', std::max(begin_, scanned_));
    if (end == std::string::npos) {
      input_.erase(0, begin_);
      begin_ = 0;
      scanned_ = input_.size();
      return std::nullopt;
    }
    auto line = std::string_view(input_).substr(begin_, end - begin_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    begin_ = end + 1;
    if (!line.empty()) {
      take_line(line);
    } else if (!action_.fields.empty() || !action_.error.empty()) {
      return std::exchange(action_, {});
    }
  }
}

void AmiReader::take_line(std::string_view line) {
  if (line.size() > kLongestLine) {
    action_.error = "Failed to parse message: line too long";
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || action_.fields.size() == kMostHeaders) return;
  auto value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  action_.fields.emplace_back(line.substr(0, colon), value);
}

}  // namespace amibroker::sim
