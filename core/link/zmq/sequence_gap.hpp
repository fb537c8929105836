// SPDX-License-Identifier: Apache-2.0
//
// Which events of one server are missing, by the numbers that the module gives them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace amibroker::link::zeromq {

/// The sum of two losses. A hostile server could count to the end of the numbers in two events.
[[nodiscard]] constexpr std::uint64_t sum_of_losses(std::uint64_t a, std::uint64_t b) noexcept {
  return b > std::numeric_limits<std::uint64_t>::max() - a ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

/// The module counts its events from 1, those that it loses included, so a number that is skipped is an event that is
/// lost. Pure logic. Holes are collected until they are taken, so that a flood of them is reported once.
class SequenceGap {
 public:
  /// The number of the event that arrived just now. The first one after `restart` only sets the start. True: something
  /// is to be taken now, and was not before.
  [[nodiscard]] bool see(std::uint64_t number) noexcept {
    if (number == next_) [[likely]] {
      ++next_;
      return false;
    }
    return see_other(number);
  }

  /// A new connection: what was published before it counts as gone already. What was not taken stays.
  void restart() noexcept { next_ = unknown; }

  /// The number that the next event must have is known from elsewhere.
  void expect(std::uint64_t number) noexcept { next_ = number; }
  /// The number of the last event that was seen; nothing right after a start.
  [[nodiscard]] std::optional<std::uint64_t> last() const noexcept {
    return next_ == unknown ? std::nullopt : std::optional(next_ - 1);
  }

  /// What was lost since the last call: at least so many events; 0: unknown, because the numbers went back (the module
  /// was loaded again). Nothing if nothing was lost.
  [[nodiscard]] std::optional<std::uint64_t> take() noexcept;

 private:
  /// No event has this number.
  static constexpr std::uint64_t unknown = 0;

  bool see_other(std::uint64_t number) noexcept;

  std::uint64_t next_ = unknown;
  std::uint64_t lost_ = 0;
  bool pending_ = false;
};

}  // namespace amibroker::link::zeromq
