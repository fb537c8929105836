// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/finding.hpp"

#include <algorithm>

namespace amibroker::doctor {

std::string_view to_string(Result result) noexcept {
  switch (result) {
    case Result::ok: return "ok";
    case Result::wrong: return "wrong";
    case Result::unknown: break;
  }
  return "unknown";
}

bool is_any_wrong(std::span<const Finding> findings) noexcept {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.result == Result::wrong; });
}

std::string to_text(std::span<const Finding> findings) {
  constexpr std::size_t result_width = 9;
  std::size_t check_width = 0;
  for (const Finding& finding : findings) check_width = std::max(check_width, finding.check.size() + 2);
  std::string text;
  const auto column = [&](std::string_view word, std::size_t width) {
    text += word;
    text.append(width - word.size(), ' ');
  };
  for (const Finding& finding : findings) {
    column(to_string(finding.result), result_width);
    column(finding.check, check_width);
    text += finding.text + '\n';
    if (finding.remedy.empty()) continue;
    text.append(result_width + check_width, ' ');
    text += "-> " + finding.remedy + '\n';
  }
  return text;
}

}  // namespace amibroker::doctor
