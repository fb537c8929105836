// SPDX-License-Identifier: Apache-2.0
//
// Waiting for "something changed" without polling. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace amibroker::sim {

using Clock = std::chrono::steady_clock;

class Signal {
 public:
  /// Something changed: all who wait look again.
  void bump() {
    const std::lock_guard lock(mutex_);
    ++version_;
    if (waiting_ > 0) changed_.notify_all();
  }

  /// Waits until `predicate()` is true, which is asked at first and after each bump, on the caller's thread and without
  /// a lock of this class. False at the deadline.
  template <class Predicate>
  [[nodiscard]] bool wait_until(Clock::time_point deadline, Predicate predicate) {
    std::unique_lock lock(mutex_);
    while (true) {
      const auto seen = version_;
      lock.unlock();
      if (predicate()) return true;
      lock.lock();
      ++waiting_;
      const bool woken = changed_.wait_until(lock, deadline, [&] { return version_ != seen; });
      --waiting_;
      if (!woken) return false;
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t version_ = 0;
  int waiting_ = 0;
};

}  // namespace amibroker::sim
