// SPDX-License-Identifier: Apache-2.0
//
// How many lines one plugin may write to the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace amibroker::host {

/// `a_second` lines on average, and `at_once` after a pause: a report of all that a plugin knows has room, and a plugin
/// that logs without end takes nobody else's lines out of the log's queue. Any thread; time is an argument.
class LineQuota {
  using Time = std::chrono::steady_clock::time_point;

 public:
  static constexpr std::uint64_t a_second = 5'000;  // device_state writes its report at 4,000
  static constexpr std::uint64_t at_once = 5'000;   // the log's queue holds 8,192

  /// Whether one more line may be written.
  [[nodiscard]] bool allow(Time now) noexcept;

  /// How many lines were held back since the last time.
  [[nodiscard]] std::uint64_t take_held_back() noexcept;

 private:
  std::mutex mutex_;
  Time filled_{};
  std::uint64_t left_ = at_once;
  std::uint64_t held_back_ = 0;
};

/// Says in the log how many lines of this plugin were held back since the last time; nothing if none were.
void warn_of_held_back(std::string_view plugin, LineQuota& lines);

}  // namespace amibroker::host
