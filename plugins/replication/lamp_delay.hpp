// SPDX-License-Identifier: Apache-2.0
//
// How long lamps take: from the event that tells of a change to the answer of a server that shows it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A histogram with fixed limits. Loop's thread only.
class LampDelay {
 public:
  /// Upper limits in microseconds, which are those of the daemon's histograms; beyond the last one is one more bucket.
  static constexpr std::array<std::uint32_t, 16> limits{100,       250,       500,       1'000,     2'500,   5'000,
                                                        10'000,    25'000,    50'000,    100'000,   250'000, 500'000,
                                                        1'000'000, 2'500'000, 5'000'000, 10'000'000};

  /// The key changed, as an event says.
  void changed(KeyId key, TimePoint now) {
    if (key >= changed_.size()) changed_.resize(key + std::size_t{1});
    changed_[key] = now;
  }
  /// When it did; the epoch of the clock if it never did.
  [[nodiscard]] TimePoint changed_at(KeyId key) const noexcept {
    return key < changed_.size() ? changed_[key] : TimePoint{};
  }
  /// The key's number is given to another name.
  void forget(KeyId key) noexcept {
    if (key < changed_.size()) changed_[key] = {};
  }
  /// One server shows it now.
  void shown(KeyId key, TimePoint now) noexcept {
    if (changed_at(key) == TimePoint{}) return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - changed_at(key));
    const auto bucket = std::lower_bound(limits.begin(), limits.end(), took.count()) - limits.begin();
    ++counts_[static_cast<std::size_t>(bucket)];
    sum_ += took;
  }

  /// By bucket, not added up.
  [[nodiscard]] const std::array<std::uint64_t, limits.size() + 1>& counts() const noexcept { return counts_; }
  [[nodiscard]] std::chrono::microseconds sum() const noexcept { return sum_; }

 private:
  std::vector<TimePoint> changed_;  // by key
  std::array<std::uint64_t, limits.size() + 1> counts_{};
  std::chrono::microseconds sum_{};
};

}  // namespace amibroker::replication
