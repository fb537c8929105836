// SPDX-License-Identifier: Apache-2.0
//
// A clock by which sites agree on what was changed last, although their machines' clocks do not.
#pragma once

#include <algorithm>
#include <cstdint>

namespace amibroker::replication {

/// When a shared name was changed: milliseconds since 1970 times 2^16, plus a number for changes within one
/// millisecond. 0: unknown, and older than anything; found in a list by a broker that had no memory of it.
using Stamp = std::uint64_t;

/// A hybrid logical clock: it follows the machine's clock, never goes back, and is never behind a stamp that it was
/// shown; so what answers a change is later than that change, however wrong the clocks are. Pure; one thread.
class HybridClock {
 public:
  /// A stamp that is further ahead than this is refused: a clock that is wrong must not freeze a name for years.
  static constexpr std::int64_t most_ahead_ms = 60'000;

  [[nodiscard]] static constexpr std::int64_t ms_of(Stamp stamp) noexcept {
    return static_cast<std::int64_t>(stamp >> 16);
  }
  [[nodiscard]] static constexpr bool is_too_far_ahead(Stamp stamp, std::int64_t unix_ms) noexcept {
    return ms_of(stamp) > unix_ms + most_ahead_ms;
  }

  /// The stamp of a change that happens now; later than all before it.
  [[nodiscard]] Stamp next(std::int64_t unix_ms) noexcept {
    // Set back by so much that others would refuse what goes on from there: what was given out is shifted by the owner.
    if (is_too_far_ahead(last_, unix_ms)) last_ = 0;
    last_ = std::max(last_ + 1, static_cast<Stamp>(std::max<std::int64_t>(unix_ms, 0)) << 16);
    return last_;
  }

  /// The machine's clock was set back by so much, so it had been ahead before.
  void set_back(std::int64_t by_ms) noexcept {
    const auto by = static_cast<Stamp>(std::max<std::int64_t>(by_ms, 0)) << 16;
    last_ = last_ > by ? last_ - by : 0;
  }

  /// Somebody else's stamp, which is not too far ahead.
  void heard(Stamp stamp) noexcept { last_ = std::max(last_, stamp); }

 private:
  Stamp last_ = 0;
};

}  // namespace amibroker::replication
