// SPDX-License-Identifier: Apache-2.0
//
// When a plugin throws too often.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace amibroker::host {

/// 20 faults within 10 s, or every second one of at least 100 calls. Costs nothing but at a fault. Pure; time is an
/// argument.
class FaultRate {
 public:
  static constexpr std::size_t most_faults = 20;
  static constexpr std::chrono::seconds period{10};
  static constexpr std::uint64_t least_calls = 100;

  /// One more fault; `calls`: all calls so far, the one that threw included. True if that is too often.
  [[nodiscard]] bool add(std::chrono::steady_clock::time_point now, std::uint64_t calls) noexcept;

 private:
  std::array<std::chrono::steady_clock::time_point, most_faults> last_{};  // a ring; `next_` is the oldest
  std::size_t next_ = 0;
  std::size_t seen_ = 0;
  std::uint64_t calls_before_ = 0;  // when the present series of calls began
  std::uint64_t faults_ = 0;        // in this series
};

}  // namespace amibroker::host
