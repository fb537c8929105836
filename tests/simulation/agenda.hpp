// SPDX-License-Identifier: Apache-2.0
//
// Virtual time, and what will happen in it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace amibroker::simulation {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::microseconds;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// Tasks in the order of their times and, at equal times, of their making: nothing else decides what happens next, so
/// one seed is one run.
class Agenda {
 public:
  static constexpr Time start{std::chrono::hours(1)};  // not zero, which code may mistake for "never"

  [[nodiscard]] Time now() const noexcept { return now_; }
  [[nodiscard]] Duration elapsed() const noexcept { return std::chrono::duration_cast<Duration>(now_ - start); }

  void at(Time time, std::function<void()> task) {
    heap_.push_back({std::max(time, now_), ++order_, std::move(task)});
    std::push_heap(heap_.begin(), heap_.end(), is_later);
  }
  void after(Duration delay, std::function<void()> task) { at(now_ + delay, std::move(task)); }

  /// Nothing runs any more: for runs that would not come to an end.
  void stop() noexcept { stopped_ = true; }

  /// Runs what is due until then, and moves the time there.
  void run_until(Time end) {
    while (!stopped_ && !heap_.empty() && heap_.front().time <= end) {
      std::pop_heap(heap_.begin(), heap_.end(), is_later);
      const Entry entry = std::move(heap_.back());
      heap_.pop_back();
      now_ = entry.time;
      entry.task();
    }
    now_ = std::max(now_, end);
  }

 private:
  struct Entry {
    Time time;
    std::uint64_t order;
    std::function<void()> task;
  };
  static bool is_later(const Entry& a, const Entry& b) noexcept {
    return a.time != b.time ? a.time > b.time : a.order > b.order;
  }

  Time now_ = start;
  bool stopped_ = false;
  std::uint64_t order_ = 0;
  std::vector<Entry> heap_;  // a heap by hand: std::priority_queue would copy each task that it gives out
};

}  // namespace amibroker::simulation
