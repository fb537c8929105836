// SPDX-License-Identifier: Apache-2.0
#include "core/link/sequence_gap.hpp"

#include <limits>
#include <utility>

namespace amibroker::link {

bool SequenceGap::see_other(std::uint64_t number) noexcept {
  const std::uint64_t expected = std::exchange(next_, number + 1);  // 0 behind the greatest number: a new start
  if (expected == unknown) return false;
  if (number > expected) {
    // A hostile server could count to the end of the numbers in two events.
    const std::uint64_t hole = number - expected;
    lost_ = hole > std::numeric_limits<std::uint64_t>::max() - lost_ ? std::numeric_limits<std::uint64_t>::max()
                                                                      : lost_ + hole;
  }
  return !std::exchange(pending_, true);
}

std::optional<std::uint64_t> SequenceGap::take() noexcept {
  if (!std::exchange(pending_, false)) return std::nullopt;
  return std::exchange(lost_, 0);
}

}  // namespace amibroker::link
