// SPDX-License-Identifier: Apache-2.0
//
// The loop of the daemon's one thread: timers, work from other threads, and whatever else registers with it.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/histogram.hpp"
#include "core/base/work_source.hpp"

namespace amibroker::base {

/// A timer of the loop; 0 is none.
using TimerHandle = std::uint64_t;

/// Runs everything on the thread that calls `run`. Only `post` and `stop` may be called from other threads.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs until `stop`. An exception from a task ends the run and leaves this function.
  void run();
  void stop();

  /// Any thread: runs `task` soon, in the order of the calls.
  void post(std::function<void()> task);

  /// Runs `task` once after `delay`, or every `period` (at least 1 ms; a run that comes late does not pile up).
  TimerHandle after(std::chrono::milliseconds delay, std::function<void()> task);
  TimerHandle every(std::chrono::milliseconds period, std::function<void()> task);
  /// Stops a timer; unknown handles are fine.
  void cancel(TimerHandle timer);

  /// Calls `task` at the end of each round, when all that is ready was read and before the loop may sleep. Set once.
  void at_end_of_round(std::function<void()> task) { end_of_round_ = std::move(task); }

  /// When the present round, timer or task began. Read for every message, so it is no call into the kernel's clock.
  [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept { return now_; }

  /// How long the rounds took, from waking up to the end, without the sleep: what comes meanwhile waits for so long.
  [[nodiscard]] const Histogram& rounds() const noexcept { return rounds_; }

  /// From now on each round gives `source` one turn, and the loop sleeps only if none of the sources has more to do. It
  /// stays until `remove`. Not from inside a turn.
  void add(WorkSource& source);
  void remove(WorkSource& source);

  /// For signals, TCP and other things that only Asio knows. Their handlers call `woken` first, for the time of the
  /// round may be long past.
  [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
  void woken() noexcept {
    now_ = std::chrono::steady_clock::now();
    if (!std::exchange(in_round_, true)) round_began_ = now_;
  }

 private:
  struct Timer;
  TimerHandle add_timer(std::chrono::milliseconds delay, std::chrono::milliseconds period, std::function<void()> task);
  void arm(const std::shared_ptr<Timer>& timer);
  void watch();
  void count_round();

  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
  bool in_round_ = false;
  std::chrono::steady_clock::time_point round_began_{};
  Histogram rounds_;
  std::function<void()> end_of_round_ = [] {};
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  struct Watched;
  std::vector<std::shared_ptr<Watched>> sources_;
  std::unordered_map<TimerHandle, std::shared_ptr<Timer>> timers_;
  TimerHandle last_timer_ = 0;
  std::atomic<bool> stopped_{false};
};

}  // namespace amibroker::base
