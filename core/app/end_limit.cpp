// SPDX-License-Identifier: Apache-2.0
#include "core/app/end_limit.hpp"

#include <poll.h>
#include <spdlog/fmt/fmt.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "core/app/exit_code.hpp"
#include "core/app/logging.hpp"
#include "core/app/signals.hpp"
#include "core/host/current_call.hpp"

namespace amibroker::app {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct EndLimit::State {
  int signals = -1;  // where SIGTERM and SIGINT are read
  int wanted = -1;   // an eventfd
  std::mutex mutex;  // for what follows
  milliseconds limit{};
  std::string waits_for = "its start";
  std::optional<Clock::time_point> deadline;  // since the first signal
};

namespace {

int open_eventfd() {
  const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return descriptor;
}

/// The number of the next signal, or 0 if none comes before the deadline. Without one it waits as long as it takes.
int next_signal(int signals, std::optional<Clock::time_point> deadline) {
  for (;;) {
    int timeout = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<milliseconds>(*deadline - Clock::now()).count();
      timeout = static_cast<int>(std::max<milliseconds::rep>(left, 0));
    }
    pollfd ready{signals, POLLIN, 0};
    ::poll(&ready, 1, timeout);
    signalfd_siginfo info{};
    if (::read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
      return static_cast<int>(info.ssi_signo);
    if (deadline && Clock::now() >= *deadline) return 0;
  }
}

/// Which plugin holds the loop's thread, as a sentence of its own.
std::string call_text() {
  const host::CallSnapshot call = host::current_call();
  if (call.owner == nullptr) return {};
  return fmt::format(" Plugin {} was in {} ({}).", call.owner->plugin, call.callback, call.owner->file);
}

[[noreturn]] void end_by_force(const std::string& why, const std::string& waited_for) {
  write_directly(
      fmt::format("ended by force (exit code {}): {}. It was waiting for {}, which was cut short; if this "
                  "happens again, look there.{}",
                  static_cast<int>(ExitCode::forced_end), why, waited_for, call_text()));
  ::_exit(static_cast<int>(ExitCode::forced_end));
}

}  // namespace

EndLimit::EndLimit(milliseconds limit) : state_(std::make_shared<State>()) {
  state_->limit = limit;
  state_->signals = open_end_signals();
  state_->wanted = open_eventfd();
  std::thread([state = state_] { guard(*state); }).detach();
}

void EndLimit::guard(State& state) {
  const int first = next_signal(state.signals, std::nullopt);
  const auto begin = Clock::now();
  const milliseconds limit = [&] {
    const std::lock_guard lock(state.mutex);
    state.deadline = begin + state.limit;
    return state.limit;
  }();
  ::eventfd_write(state.wanted, static_cast<eventfd_t>(first));
  const int second = next_signal(state.signals, begin + limit);
  const std::lock_guard lock(state.mutex);
  end_by_force(second != 0 ? fmt::format("a second signal ({}) came before the end", second)
                           : fmt::format("it still ran {} ms after signal {}", limit.count(), first),
               state.waits_for);
}

int EndLimit::wanted() const noexcept { return state_->wanted; }

void EndLimit::set_limit(milliseconds limit) const {
  const std::lock_guard lock(state_->mutex);
  state_->limit = limit;
}

void EndLimit::waits_for(std::string what) const {
  const std::lock_guard lock(state_->mutex);
  state_->waits_for = std::move(what);
}

milliseconds EndLimit::left() const {
  const std::lock_guard lock(state_->mutex);
  if (!state_->deadline) return state_->limit;
  return std::max(std::chrono::ceil<milliseconds>(*state_->deadline - Clock::now()), milliseconds(0));
}

}  // namespace amibroker::app
