// SPDX-License-Identifier: Apache-2.0
//
// How long a server took to answer, of late.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace amibroker::link {

/// Keeps the last answers' times, so that what it says follows a server that becomes slow, or fast again. Loop's
/// thread.
class Latency {
 public:
  /// An idle server, which answers only Pings, needs about a quarter of an hour for so many.
  static constexpr std::size_t most_samples = 512;

  /// From the sending of an action to its answer. What is negative counts as 0.
  void add(std::chrono::nanoseconds took) noexcept;
  /// Another connection begins: what was before says nothing of it. Gives the memory back.
  void clear() noexcept;

  struct Quantiles {
    std::chrono::microseconds p50;  ///< half of the answers took at most so long
    std::chrono::microseconds p99;
  };
  /// Nothing if there was no answer. Sorts the samples: for a person who asks, not for each event.
  [[nodiscard]] std::optional<Quantiles> quantiles() const;

 private:
  using Samples = std::array<std::uint32_t, most_samples>;  // microseconds, at most 71 minutes
  std::unique_ptr<Samples> samples_;                        // a server that never answers has none
  std::size_t count_ = 0;
  std::size_t next_ = 0;
};

}  // namespace amibroker::link
