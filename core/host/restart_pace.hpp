// SPDX-License-Identifier: Apache-2.0
//
// How long a plugin that failed stays off.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace amibroker::host {

/// After each failure a longer wait, then no further attempt. A plugin that ran well for `good_time` begins again with
/// the first.
class RestartPace {
 public:
  using Waits = std::vector<std::chrono::milliseconds>;
  static Waits usual() { return {std::chrono::seconds(10), std::chrono::minutes(1), std::chrono::minutes(10)}; }

  static constexpr std::chrono::milliseconds usual_good_time = std::chrono::hours(1);

  explicit RestartPace(Waits waits = usual(), std::chrono::milliseconds good_time = usual_good_time)
      : waits_(std::move(waits)), good_time_(good_time) {}

  /// It failed after it had run for this time. How long to wait for the next attempt; nothing: it stays off.
  [[nodiscard]] std::optional<std::chrono::milliseconds> failed(std::chrono::steady_clock::duration ran) {
    if (ran >= good_time_) failures_ = 0;
    if (failures_ >= waits_.size()) return std::nullopt;
    return waits_[failures_++];
  }

 private:
  Waits waits_;
  std::chrono::milliseconds good_time_;
  std::size_t failures_ = 0;
};

}  // namespace amibroker::host
