// SPDX-License-Identifier: Apache-2.0
#include "core/app/hang_watch.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <string>

#include "core/app/death.hpp"
#include "core/app/exit_code.hpp"
#include "core/app/stack_request.hpp"
#include "core/host/current_call.hpp"

namespace amibroker::app {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
constexpr milliseconds period{200};
constexpr milliseconds wait_for_stack{300};

std::string seconds_text(milliseconds time) {
  return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
}

void log_lines(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    spdlog::warn("  {}", lines.substr(0, end));
    lines.remove_prefix(std::min(end, lines.size() - 1) + 1);
  }
}

}  // namespace

HangWatch::HangWatch(milliseconds limit) : limit_(limit), timer_(warning, limit, period), thread_([this] { run(); }) {}

HangWatch::~HangWatch() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ends_.notify_all();
  thread_.join();
}

void HangWatch::set_limit(milliseconds limit) {
  const std::lock_guard lock(mutex_);
  limit_ = limit;
  timer_.set_limit(limit);
}

void HangWatch::run() {
  std::unique_lock lock(mutex_);
  for (auto last = Clock::now(); !ends_.wait_for(lock, period, [this] { return is_over_; });) {
    const auto now = Clock::now();
    const host::CallSnapshot call = host::current_call();
    const HangTimer::Step step = timer_.look(call, std::chrono::duration_cast<milliseconds>(now - last));
    last = now;
    if (step == HangTimer::Step::nothing) continue;
    const milliseconds limit = limit_;
    lock.unlock();
    if (step == HangTimer::Step::end) end(call);
    else warn(call, limit);
    lock.lock();
  }
}

void HangWatch::warn(const host::CallSnapshot& call, milliseconds limit) const {
  const StackText* const stack = stack_of(call, wait_for_stack);
  const std::string what_follows =
      limit == milliseconds::zero() ? "" : fmt::format("; after {} the daemon ends (hang_limit)", seconds_text(limit));
  spdlog::warn("plugin {} has been in {} for {}, and the whole daemon waits for it{}. Its library: {}{}",
               call.owner->plugin, call.callback, seconds_text(timer_.length()), what_follows, call.owner->file,
               stack == nullptr ? ". Its stack cannot be read" : ". Its stack:");
  if (stack != nullptr) log_lines(stack->lines.view());
}

void HangWatch::end(const host::CallSnapshot& call) const {
  static const StackText unknown{};
  const StackText* const stack = stack_of(call, wait_for_stack);
  if (host::current_call().number != call.number) return;  // it came back at the last moment
  begin_death();
  last_words("it did not come back for " + seconds_text(timer_.length()) + " (hang_limit)", call,
             stack == nullptr ? unknown : *stack);
  ::_exit(static_cast<int>(ExitCode::forced_end));
}

}  // namespace amibroker::app
