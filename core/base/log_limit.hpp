// SPDX-License-Identifier: Apache-2.0
//
// Keeps a hostile server from filling the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace amibroker::base {

/// Lets one line through in each `period`, and counts how many were held back since the last.
class LogLimit {
 public:
  explicit LogLimit(std::chrono::steady_clock::duration period) noexcept : period_(period) {}

  /// Nothing: hold the line back. A number: write it, and that many were held back before it.
  [[nodiscard]] std::optional<std::uint64_t> allow(std::chrono::steady_clock::time_point now) noexcept;

 private:
  std::chrono::steady_clock::duration period_;
  std::optional<std::chrono::steady_clock::time_point> last_;
  std::uint64_t held_back_ = 0;
};

}  // namespace amibroker::base
