// SPDX-License-Identifier: Apache-2.0
#include "core/link/event_loop.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace amibroker::link {
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

EventLoop::EventLoop() { ready_.assign(sockets_.descriptor()); }

EventLoop::~EventLoop() { ready_.release(); }  // the descriptor belongs to the socket set

void EventLoop::run() {
  while (!stopped_) {
    woken();
    sockets_.collect();
    sockets_.drain_round();
    end_of_round_();
    if (!sockets_.any_marked()) {
      watch_sockets();
      io_.run_one();
    }
    for (int task = 0; task < tasks_a_round && io_.poll_one() > 0; ++task) {
    }
  }
  stopped_ = false;
}

void EventLoop::stop() {
  boost::asio::post(io_, [this] { stopped_ = true; });
}

void EventLoop::watch_sockets() {
  if (watching_) return;
  watching_ = true;
  ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code&) { watching_ = false; });
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
    // A cancelled timer may already wait for its turn, so the table decides, not the error code alone.
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

}  // namespace amibroker::link
