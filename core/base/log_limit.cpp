// SPDX-License-Identifier: Apache-2.0
#include "core/base/log_limit.hpp"

#include <utility>

namespace amibroker::base {

std::optional<std::uint64_t> LogLimit::allow(std::chrono::steady_clock::time_point now) noexcept {
  if (last_ && now - *last_ < period_) {
    ++held_back_;
    return std::nullopt;
  }
  last_ = now;
  return std::exchange(held_back_, 0);
}

}  // namespace amibroker::base
