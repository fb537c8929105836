// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_timers.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::host {
namespace {

using std::chrono::milliseconds;
// A clock of nanoseconds ends after 292 years; a sum beyond that would lie in the past.
constexpr milliseconds longest_time = std::chrono::hours(24) * 365 * 100;

}  // namespace

TimerId PluginTimers::after(milliseconds delay, Task task) {
  return add(std::clamp(delay, milliseconds(0), longest_time), false, std::move(task));
}

TimerId PluginTimers::every(milliseconds period, Task task) {
  return add(std::clamp(period, milliseconds(1), longest_time), true, std::move(task));
}

TimerId PluginTimers::add(milliseconds time, bool repeats, Task task) {
  if (timers_.size() >= most_timers) return 0;
  const TimerId id = ++last_;
  Timer& timer = timers_[id];
  timer.repeats = repeats;
  timer.task = std::move(task);
  try {
    const auto due = [this, id] { fire(id); };
    timer.handle = repeats ? loop_.every(time, due) : loop_.after(time, due);
  } catch (...) {
    timers_.erase(id);
    throw;
  }
  return id;
}

void PluginTimers::fire(TimerId id) {
  auto found = timers_.find(id);
  if (found == timers_.end()) return;
  // The task is taken out while it runs, because it may cancel its own timer.
  Task task = std::move(found->second.task);
  const bool repeats = found->second.repeats;
  if (!repeats) timers_.erase(found);
  run_(task);
  if (!repeats) return;
  found = timers_.find(id);
  if (found != timers_.end()) found->second.task = std::move(task);
}

void PluginTimers::cancel(TimerId id) noexcept {
  auto timer = timers_.extract(id);  // destroyed last: what the task holds may cancel other timers as it goes
  if (!timer.empty()) loop_.cancel(timer.mapped().handle);
}

void PluginTimers::cancel_all() noexcept {
  while (!timers_.empty()) cancel(timers_.begin()->first);
}

}  // namespace amibroker::host
