// SPDX-License-Identifier: Apache-2.0
#include "core/host/fault_rate.hpp"

#include <algorithm>

namespace amibroker::host {

bool FaultRate::add(std::chrono::steady_clock::time_point now, std::uint64_t calls) noexcept {
  last_[next_] = now;
  next_ = (next_ + 1) % most_faults;
  seen_ = std::min(seen_ + 1, most_faults);
  if (seen_ == most_faults && now - last_[next_] <= period) return true;

  ++faults_;
  const std::uint64_t in_series = calls - calls_before_;
  if (in_series < least_calls) return false;
  if (2 * faults_ >= in_series) return true;
  // A plugin that was well for a million calls must not need a million faults.
  calls_before_ = calls;
  faults_ = 0;
  return false;
}

}  // namespace amibroker::host
