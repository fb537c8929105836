// SPDX-License-Identifier: Apache-2.0
#include "core/app/exit_guard.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

#include "core/app/death.hpp"
#include "core/app/exit_code.hpp"
#include "core/app/fatal_signals.hpp"
#include "core/app/stack.hpp"
#include "core/host/current_call.hpp"

namespace amibroker::app {
namespace {

std::atomic<bool> is_meant{false};

[[noreturn]] void end_process(int code) noexcept {
  for (;;) ::syscall(SYS_exit_group, code);
}

[[noreturn]] void die(std::string_view cause, const StackText& stack) noexcept {
  last_words(cause, host::call_of_this_thread(), stack);
  end_process(static_cast<int>(ExitCode::forced_end));
}

void on_exit(std::string_view cause) noexcept {
  if (is_meant || !is_the_daemon()) return;
  begin_death();
  static StackText stack;
  describe(stack_here(), stack);
  die(cause, stack);
}

void on_plain_exit() { on_exit("exit was called, which is for the daemon alone"); }
void on_quick_exit() { on_exit("quick_exit was called, which is for the daemon alone"); }

}  // namespace

void guard_exits() {
  std::atexit(on_plain_exit);
  std::at_quick_exit(on_quick_exit);
}

void end_is_meant() noexcept { is_meant = true; }

}  // namespace amibroker::app

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// The linker's names for the program's code.
extern "C" const char __executable_start;
extern "C" const char etext;

namespace {

/// The daemon itself calls it too, even while a plugin that is being loaded hangs and holds the loader's lock, which a
/// look at the stack takes. So only a caller outside of the program is looked at.
[[noreturn]] void immediate_exit(int code, const char* caller) noexcept {
  using namespace amibroker;
  const bool is_own = caller >= &__executable_start && caller < &etext;
  if (app::is_the_daemon() && !is_own) {
    app::StackText stack;
    describe(app::stack_here(), stack);
    if (stack.plugin != nullptr || host::call_of_this_thread().owner != nullptr) {
      app::begin_death();
      app::die("_exit was called, which is for the daemon alone", stack);
    }
  }
  app::end_process(code);
}

}  // namespace

// There is no hook for these two. A program's own functions come before those of the C library, in plugins as well. The
// sanitizers have functions of their own in this place.
extern "C" {
[[gnu::visibility("default")]] void _exit(int code) {
  immediate_exit(code, static_cast<const char*>(__builtin_return_address(0)));
}
[[gnu::visibility("default")]] void _Exit(int code) noexcept {
  immediate_exit(code, static_cast<const char*>(__builtin_return_address(0)));
}
}
#endif
