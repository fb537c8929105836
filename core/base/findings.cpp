// SPDX-License-Identifier: Apache-2.0
#include "core/base/findings.hpp"

#include "core/base/nearest.hpp"

namespace amibroker::base {

std::string Findings::hint(std::string_view word, std::span<const std::string_view> known) {
  return hints_++ < max_errors ? did_you_mean(word, known) : std::string();
}

}  // namespace amibroker::base
