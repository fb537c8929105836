// SPDX-License-Identifier: Apache-2.0
//
// Whether the loop turns, for those that must not wait for it.
#pragma once

#include <atomic>
#include <chrono>

#include "core/base/event_loop.hpp"

namespace amibroker::control {

/// The loop writes a time once a second; any thread reads it, also while the loop hangs.
class Pulse {
 public:
  /// A loop that did not turn for longer does not live.
  static constexpr std::chrono::seconds limit{5};

  /// Loop's thread, as is the end. The loop outlives it.
  explicit Pulse(base::EventLoop& loop) : loop_(loop), timer_(loop.every(std::chrono::seconds(1), [this] { beat(); })) {
    beat();
  }
  ~Pulse() { loop_.cancel(timer_); }
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// How long ago the loop turned, at `now`; any thread.
  [[nodiscard]] std::chrono::steady_clock::duration age(std::chrono::steady_clock::time_point now) const noexcept {
    return now - std::chrono::steady_clock::time_point(last_.load(std::memory_order_relaxed));
  }

 private:
  void beat() noexcept { last_.store(std::chrono::steady_clock::now().time_since_epoch(), std::memory_order_relaxed); }

  base::EventLoop& loop_;
  std::atomic<std::chrono::steady_clock::duration> last_{};
  base::TimerHandle timer_;
};

}  // namespace amibroker::control
