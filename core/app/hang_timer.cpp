// SPDX-License-Identifier: Apache-2.0
#include "core/app/hang_timer.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::app {

HangTimer::Step HangTimer::look(const host::CallSnapshot& call, std::chrono::milliseconds passed) noexcept {
  const std::uint64_t number = call.owner == nullptr ? 0 : call.number;
  if (number == 0 || number != number_) {
    number_ = number;
    length_ = std::chrono::milliseconds::zero();
    warned_ = false;
    return Step::nothing;
  }
  length_ += std::min(passed, longest_look_);
  if (limit_ != std::chrono::milliseconds::zero() && length_ >= limit_) return Step::end;
  return length_ >= warning_ && !std::exchange(warned_, true) ? Step::warn : Step::nothing;
}

}  // namespace amibroker::app
