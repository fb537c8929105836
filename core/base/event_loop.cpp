// SPDX-License-Identifier: Apache-2.0
#include "core/base/event_loop.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace amibroker::base {
namespace {

// Bounded, so that a task that posts itself again leaves room for the sockets.
constexpr int tasks_a_round = 256;

}  // namespace

struct EventLoop::Timer {
  Timer(boost::asio::io_context& io, TimerHandle handle_, std::chrono::milliseconds period_,
        std::function<void()> task_)
      : clock(io), handle(handle_), period(period_), task(std::move(task_)) {}
  boost::asio::steady_timer clock;
  TimerHandle handle;
  std::chrono::milliseconds period;  // zero: runs once
  std::function<void()> task;
};

/// A source, and its descriptor as Asio sees it. The descriptor belongs to the source, so it is never closed here.
struct EventLoop::Watched {
  Watched(boost::asio::io_context& io, WorkSource& source_) : source(source_), ready(io, source_.descriptor()) {}
  ~Watched() {
    if (ready.is_open()) ready.release();
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  WorkSource& source;
  boost::asio::posix::stream_descriptor ready;
  bool waiting = false;
};

EventLoop::EventLoop() = default;

EventLoop::~EventLoop() = default;

void EventLoop::add(WorkSource& source) { sources_.push_back(std::make_shared<Watched>(io_, source)); }

void EventLoop::remove(WorkSource& source) {
  std::erase_if(sources_, [&](const auto& watched) {
    if (&watched->source != &source) return false;
    watched->ready.release();  // now, for Asio may keep the rest until its wait has ended
    return true;
  });
}

void EventLoop::run() {
  while (!stopped_) {
    woken();
    bool more = false;
    for (const auto& watched : sources_) more |= watched->source.turn();
    end_of_round_();
    // What ran at the end of the round may have given a source more to do.
    for (const auto& watched : sources_) more |= watched->source.has_more();
    count_round();
    if (!more) {
      watch();
      io_.run_one();
    }
    for (int task = 0; task < tasks_a_round && io_.poll_one() > 0; ++task) {
    }
  }
  stopped_ = false;
}

/// What runs next belongs to the next round, whether the loop sleeps before it or not.
void EventLoop::count_round() {
  rounds_.add(std::chrono::steady_clock::now() - round_began_);
  in_round_ = false;
}

void EventLoop::stop() {
  boost::asio::post(io_, [this] { stopped_ = true; });
}

void EventLoop::watch() {
  for (const auto& watched : sources_) {
    if (std::exchange(watched->waiting, true)) continue;
    watched->ready.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                              [watched](const boost::system::error_code&) { watched->waiting = false; });
  }
}

void EventLoop::post(std::function<void()> task) {
  boost::asio::post(io_, [this, task = std::move(task)] {
    woken();
    task();
  });
}

TimerHandle EventLoop::after(std::chrono::milliseconds delay, std::function<void()> task) {
  return add_timer(delay, std::chrono::milliseconds::zero(), std::move(task));
}

TimerHandle EventLoop::every(std::chrono::milliseconds period, std::function<void()> task) {
  const auto least = std::max(period, std::chrono::milliseconds(1));
  return add_timer(least, least, std::move(task));
}

TimerHandle EventLoop::add_timer(std::chrono::milliseconds delay, std::chrono::milliseconds period,
                                 std::function<void()> task) {
  const auto timer = std::make_shared<Timer>(io_, ++last_timer_, period, std::move(task));
  timers_.emplace(timer->handle, timer);
  timer->clock.expires_after(delay);
  arm(timer);
  return timer->handle;
}

void EventLoop::arm(const std::shared_ptr<Timer>& timer) {
  timer->clock.async_wait([this, timer](const boost::system::error_code& error) {
    // A cancelled timer may already wait for its turn, so the table decides, not only the error code.
    if (error || !timers_.contains(timer->handle)) return;
    woken();
    if (timer->period == std::chrono::milliseconds::zero()) {
      timers_.erase(timer->handle);
      timer->task();
      return;
    }
    timer->task();
    if (!timers_.contains(timer->handle)) return;
    timer->clock.expires_at(std::max(timer->clock.expiry() + timer->period, now_));
    arm(timer);
  });
}

void EventLoop::cancel(TimerHandle handle) {
  const auto found = timers_.find(handle);
  if (found == timers_.end()) return;
  found->second->clock.cancel();
  timers_.erase(found);
}

}  // namespace amibroker::base
