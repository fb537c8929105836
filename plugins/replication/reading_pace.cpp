// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/reading_pace.hpp"

#include <algorithm>

#include "plugins/replication/rules.hpp"

namespace amibroker::replication {

std::chrono::milliseconds ReadingPace::wait(TimePoint now) noexcept {
  if (!keeps_rule(21)) return std::chrono::milliseconds::zero();
  if (now - pause_began_ >= pause_) {
    if (!wanted_) calm_down();
    return std::chrono::milliseconds::zero();
  }
  if (!wanted_) {
    wanted_ = true;
    if (++in_a_row_ > patience) pause_ = std::min(2 * pause_, longest_pause);
  }
  return std::chrono::ceil<std::chrono::milliseconds>(pause_began_ + pause_ - now);
}

}  // namespace amibroker::replication
