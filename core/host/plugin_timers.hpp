// SPDX-License-Identifier: Apache-2.0
//
// The timers of one plugin.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <unordered_map>

#include "amibroker/host.hpp"
#include "core/base/event_loop.hpp"

namespace amibroker::host {

/// Timers that end together. Loop's thread only. The loop outlives this.
class PluginTimers {
 public:
  using Task = std::function<void()>;
  using Run = std::function<void(const Task&)>;

  /// More timers at a time than this is a plugin that forgets to cancel.
  static constexpr std::size_t most_timers = 100'000;

  /// `run` is called for each task that is due.
  PluginTimers(base::EventLoop& loop, Run run) : loop_(loop), run_(std::move(run)) {}
  ~PluginTimers() { cancel_all(); }
  PluginTimers(const PluginTimers&) = delete;
  PluginTimers& operator=(const PluginTimers&) = delete;

  /// Both clamp a time that is out of range (see the source); 0 if there are too many timers already.
  TimerId after(std::chrono::milliseconds delay, Task task);
  TimerId every(std::chrono::milliseconds period, Task task);
  /// A task may cancel its own timer.
  void cancel(TimerId timer) noexcept;
  void cancel_all() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return timers_.size(); }

 private:
  struct Timer {
    base::TimerHandle handle;
    bool repeats;
    Task task;
  };
  TimerId add(std::chrono::milliseconds time, bool repeats, Task task);
  void fire(TimerId timer);

  base::EventLoop& loop_;
  Run run_;
  std::unordered_map<TimerId, Timer> timers_;
  TimerId last_ = 0;
};

}  // namespace amibroker::host
