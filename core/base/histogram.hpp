// SPDX-License-Identifier: Apache-2.0
//
// How often something took how long.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace amibroker::base {

/// Fixed buckets and plain integers: adding costs a few comparisons. One thread.
class Histogram {
 public:
  /// What a bucket holds at most, in seconds; the last bucket, which is not here, holds what is more.
  static constexpr std::array bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                     0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};

  /// What is negative counts as 0.
  void add(std::chrono::nanoseconds took) noexcept {
    const double seconds = took.count() > 0 ? std::chrono::duration<double>(took).count() : 0;
    std::size_t bucket = 0;
    while (bucket < bounds.size() && seconds > bounds[bucket]) ++bucket;
    ++counts_[bucket];
    sum_ += seconds;
  }

  /// What somebody else counted with the same bounds.
  [[nodiscard]] static Histogram of(const std::array<std::uint64_t, bounds.size() + 1>& counts, double sum) noexcept {
    Histogram histogram;
    histogram.counts_ = counts;
    histogram.sum_ = sum;
    return histogram;
  }

  /// Of each bucket by itself, not added up.
  [[nodiscard]] const std::array<std::uint64_t, bounds.size() + 1>& counts() const noexcept { return counts_; }
  /// In seconds.
  [[nodiscard]] double sum() const noexcept { return sum_; }

 private:
  std::array<std::uint64_t, bounds.size() + 1> counts_{};
  double sum_ = 0;
};

}  // namespace amibroker::base
