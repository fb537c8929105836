// SPDX-License-Identifier: Apache-2.0
#include "core/link/latency.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace amibroker::link {

void Latency::add(std::chrono::nanoseconds took) noexcept {
  if (!samples_) samples_.reset(new (std::nothrow) Samples);
  if (!samples_) return;  // a figure less, and the answer is handled all the same
  constexpr std::int64_t greatest = std::numeric_limits<std::uint32_t>::max();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  (*samples_)[next_] = static_cast<std::uint32_t>(std::clamp<std::int64_t>(microseconds, 0, greatest));
  next_ = (next_ + 1) % most_samples;
  count_ = std::min(count_ + 1, most_samples);
}

void Latency::clear() noexcept {
  samples_.reset();
  count_ = next_ = 0;
}

std::optional<Latency::Quantiles> Latency::quantiles() const {
  if (count_ == 0) return std::nullopt;
  Samples sorted = *samples_;
  std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(count_));
  // The smallest sample that so many of a hundred do not exceed.
  const auto at = [&](std::size_t percent) {
    return std::chrono::microseconds(sorted[(percent * count_ + 99) / 100 - 1]);
  };
  return Quantiles{at(50), at(99)};
}

}  // namespace amibroker::link
