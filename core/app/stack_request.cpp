// SPDX-License-Identifier: Apache-2.0
#include "core/app/stack_request.hpp"

#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace amibroker::app {
namespace {

using std::chrono::milliseconds;

std::atomic<bool> is_wanted{false};
std::atomic<bool> is_there{false};
StackText text;

/// One that nobody else uses: the first ones are the C library's, and plugins count from the first of the free ones.
int signal_number() noexcept { return SIGRTMAX - 3; }

void answer(int /*number*/, siginfo_t* /*info*/, void* context) {
  if (!is_wanted.exchange(false)) return;
  const int error = errno;
  describe(stack_here(interrupted_code(context)), text);
  is_there = true;
  errno = error;
}

bool wait_for(const std::atomic<bool>& flag, milliseconds limit) noexcept {
  constexpr milliseconds period{1};
  for (milliseconds waited{0}; waited < limit && !flag; waited += period) std::this_thread::sleep_for(period);
  return flag;
}

}  // namespace

void answer_stack_requests() noexcept {
  prepare_stacks();
  struct sigaction action {};
  action.sa_sigaction = answer;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal_number(), &action, nullptr);
}

const StackText* stack_of(const host::CallSnapshot& call, milliseconds limit) noexcept {
  const host::HeldCall hold(call.number);
  if (!hold.held()) return nullptr;
  is_there = false;
  is_wanted = true;
  if (::pthread_kill(call.thread, signal_number()) == 0 && wait_for(is_there, limit)) return &text;
  // Taken back; if that comes too late, the handler is at it.
  if (is_wanted.exchange(false)) return nullptr;
  return wait_for(is_there, limit) ? &text : nullptr;
}

}  // namespace amibroker::app
