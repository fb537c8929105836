// SPDX-License-Identifier: Apache-2.0
//
// A clock that a test moves, and timers on it. Since ABI 1.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "amibroker/host.hpp"

namespace amibroker::testing {

/// Time stands still until the test moves it; timers that are due run inside `advance`, in the order of their times
/// and, at equal times, of their start. Not safe for several threads.
class ManualClock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Milliseconds = std::chrono::milliseconds;

  [[nodiscard]] TimePoint now() const noexcept { return now_; }

  /// Starts a timer: once after `delay`, or, if `period` is not zero, every `period` after that.
  TimerId start(Milliseconds delay, Milliseconds period, std::function<void()> task) {
    const TimerId id = ++last_id_;
    timers_.emplace(id, Timer{now_ + std::max(delay, Milliseconds::zero()), period, std::move(task)});
    return id;
  }

  void cancel(TimerId id) { timers_.erase(id); }
  void cancel_all() { timers_.clear(); }

  /// Timers that have not run out or been cancelled.
  [[nodiscard]] std::size_t timers() const noexcept { return timers_.size(); }

  /// When the next timer is due.
  [[nodiscard]] std::optional<TimePoint> next() const {
    const auto first = earliest();
    if (first == timers_.end()) return std::nullopt;
    return first->second.due;
  }

  /// Moves the time, and runs what becomes due on the way; at each task, now() is that task's time.
  void advance(Milliseconds time) {
    const TimePoint end = now_ + time;
    for (auto timer = earliest(); timer != timers_.end() && timer->second.due <= end; timer = earliest()) {
      now_ = std::max(now_, timer->second.due);
      const std::function<void()> task = timer->second.task;  // a copy: the task may cancel its own timer
      if (timer->second.period == Milliseconds::zero()) timers_.erase(timer);
      else timer->second.due += timer->second.period;
      task();
    }
    now_ = end;
  }

  /// Time goes on while the process stands still: timers that became due run with the next `advance`.
  void stand_still(Milliseconds time) { now_ += time; }

 private:
  struct Timer {
    TimePoint due;
    Milliseconds period;
    std::function<void()> task;
  };

  [[nodiscard]] std::map<TimerId, Timer>::iterator earliest() {
    return std::min_element(timers_.begin(), timers_.end(), is_earlier);
  }
  [[nodiscard]] std::map<TimerId, Timer>::const_iterator earliest() const {
    return std::min_element(timers_.begin(), timers_.end(), is_earlier);
  }
  static bool is_earlier(const std::pair<const TimerId, Timer>& a, const std::pair<const TimerId, Timer>& b) {
    return a.second.due < b.second.due;
  }

  TimePoint now_{std::chrono::hours(1)};  // not zero, so that code which mistakes zero for "never" is found out
  TimerId last_id_ = 0;
  std::map<TimerId, Timer> timers_;
};

}  // namespace amibroker::testing
