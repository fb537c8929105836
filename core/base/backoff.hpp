// SPDX-License-Identifier: Apache-2.0
//
// How long to wait before the next attempt to connect.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace amibroker::base {

/// Waits that double from `first` to `cap`, each shortened by a random part of up to one half, so that the servers
/// of a fleet that lost its network do not come back all at once.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds cap, std::uint32_t seed)
      : first_(first), cap_(cap), next_(first), random_(seed) {}

  /// The wait before the next attempt.
  [[nodiscard]] std::chrono::milliseconds next();
  /// After a success: the next failure starts again with `first`.
  void reset() noexcept { next_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds cap_;
  std::chrono::milliseconds next_;
  std::minstd_rand random_;
};

}  // namespace amibroker::base
