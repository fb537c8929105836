// SPDX-License-Identifier: Apache-2.0
#include "core/app/fatal_signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "core/app/death.hpp"
#include "core/app/raw_text.hpp"
#include "core/app/stack.hpp"

namespace amibroker::app {
namespace {

constexpr int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

using Cause = RawText<600>;
using Exception = RawText<400>;

Exception uncaught;  // what std::terminate was called for

bool is_near(const void* address, std::uintptr_t stack) noexcept {
  constexpr std::uintptr_t frame = 64 * 1024;  // one that is not unusually large
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  return stack != 0 && at + frame > stack && at < stack + frame;
}

bool was_sent(const siginfo_t& info) noexcept {
  return (info.si_code == SI_USER || info.si_code == SI_QUEUE) && info.si_pid != ::getpid();
}

/// What the kernel knows about it.
void add_reason(Cause& cause, const siginfo_t& info, std::uintptr_t stack) noexcept {
  if (was_sent(info)) {
    cause.add("sent by process ").add_number(static_cast<std::uint64_t>(info.si_pid));
    return;
  }
  switch (info.si_signo) {
    case SIGSEGV:
      if (is_near(info.si_addr, stack)) cause.add("the stack is full (a recursion without end?)");
      else cause.add("nothing may be read or written at ").add_hex(info.si_addr);
      return;
    case SIGBUS:
      if (info.si_code == BUS_ADRERR)
        cause.add("a file that is mapped to ").add_hex(info.si_addr).add(" became shorter: was a library overwritten?");
      else cause.add("nothing may be read or written at ").add_hex(info.si_addr);
      return;
    case SIGFPE:
      cause.add(info.si_code == FPE_INTDIV ? "division by zero" : "a calculation that cannot be done");
      return;
    case SIGILL: cause.add("this processor has no such instruction"); return;
    default:
      if (uncaught.view().empty()) cause.add("abort was called");
      else cause.add("std::terminate was called: ").add(uncaught.view());
  }
}

void put_cause(Cause& cause, const siginfo_t& info, std::uintptr_t stack) noexcept {
  cause.add("signal ").add_number(static_cast<std::uint64_t>(info.si_signo)).add(" (SIG");
  const char* const name = ::sigabbrev_np(info.si_signo);
  cause.add(name == nullptr ? "?" : name).add("), ");
  add_reason(cause, info, stack);
}

void die(int number, siginfo_t* info, void* context) {
  if (is_the_daemon()) {
    begin_death();
    Cause cause;
    put_cause(cause, *info, interrupted_stack(context));
    static StackText stack;
    describe(stack_here(interrupted_code(context)), stack);
    last_words(cause.view(), host::call_of_this_thread(), stack, !was_sent(*info));
  }
  // Not earlier: the same signal in another thread would end the process before the line is written.
  ::signal(number, SIG_DFL);
  // It waits until this handler returns, for it is blocked until then; an instruction that failed would fail again.
  ::raise(number);
}

/// What was thrown is known here, and not in the handler of the signal that follows.
[[noreturn]] void on_terminate() noexcept {
  Exception& text = uncaught;
  if (text.view().empty()) {
    text.add("without an exception");
    try {
      if (const auto exception = std::current_exception()) {
        text.clear();
        text.add("an exception that nobody caught");
        std::rethrow_exception(exception);
      }
    } catch (const std::exception& exception) {
      text.add(": ").add(exception.what());
    } catch (...) {
      text.add(", which is not a std::exception");
    }
  }
  std::abort();
}

}  // namespace

void name_fatal_signals() noexcept {
  std::set_terminate(on_terminate);
  if (signals_are_the_sanitizers) return;
  prepare_stacks();
  alignas(16) static char stack[128 * 1024];
  const stack_t own_stack{stack, 0, sizeof stack};
  ::sigaltstack(&own_stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = die;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  // While one is reported no other one comes in between; one that the report itself causes ends the process at once.
  ::sigfillset(&action.sa_mask);
  for (const int number : fatal) ::sigaction(number, &action, nullptr);
}

}  // namespace amibroker::app
