// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/sequence_gap.hpp"

#include <utility>

namespace amibroker::link::zeromq {

bool SequenceGap::see_other(std::uint64_t number) noexcept {
  const std::uint64_t expected = std::exchange(next_, number + 1);  // 0 after the greatest number: a new start
  if (expected == unknown) return false;
  if (number > expected) lost_ = sum_of_losses(lost_, number - expected);
  return !std::exchange(pending_, true);
}

std::optional<std::uint64_t> SequenceGap::take() noexcept {
  if (!std::exchange(pending_, false)) return std::nullopt;
  return std::exchange(lost_, 0);
}

}  // namespace amibroker::link::zeromq
