// SPDX-License-Identifier: Apache-2.0
#include "core/app/death.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdlib>

#include "core/app/crash_record.hpp"
#include "core/app/last_lines.hpp"
#include "core/app/logging.hpp"
#include "core/app/raw_text.hpp"

namespace amibroker::app {
namespace {

constexpr std::chrono::milliseconds wait_for_log{200};
constexpr int wait_for_stderr = 100;  // milliseconds

const char* head = "zmq-ami-broker: ";
std::atomic<pid_t> daemon_process{0};
std::atomic<pid_t> dying_thread{0};

using Line = RawText<PIPE_BUF>;  // which a pipe that is ready takes at once and whole

/// False if stderr takes nothing.
bool write(const Line& line) noexcept {
  pollfd ready{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&ready, 1, wait_for_stderr) != 1) return false;
  return ::write(STDERR_FILENO, line.view().data(), line.view().size()) > 0;
}

bool is_on_stack(const host::CallOwner& plugin, const StackText& stack) noexcept {
  return stack.plugin != nullptr && stack.plugin->shares_library_with(plugin);
}

void add_library(Line& line, const host::CallOwner& plugin, const StackText& stack) noexcept {
  line.add(". Its library: ").add(plugin.file);
  const void* address = plugin.address.load(std::memory_order_relaxed);
  if (address == nullptr && is_on_stack(plugin, stack)) address = stack.plugin_address;
  if (address != nullptr) line.add(", loaded at ").add_hex(address);
}

/// Calls `visit` for each plugin that may be to blame: `plugin`, or, outside of its calls, each one with this library.
template <typename Visit>
void each_suspect(const host::CallOwner& plugin, bool is_in_call, Visit&& visit) noexcept {
  if (is_in_call) return visit(plugin);
  for (const auto* other = host::newest_call_owner(); other != nullptr; other = other->older)
    if (other->shares_library_with(plugin)) visit(*other);
}

void put_plugin(Line& line, std::string_view cause, const char* callback, const host::CallOwner& plugin,
                const StackText& stack) noexcept {
  line.add("plugin ");
  const std::size_t head_end = line.view().size();
  each_suspect(plugin, callback != nullptr, [&](const host::CallOwner& suspect) {
    line.add(line.view().size() == head_end ? "" : " or ").add(suspect.plugin);
  });
  line.add(" ended the daemon ");
  if (callback != nullptr) line.add("in ").add(callback);
  else line.add("outside of its calls (in a thread of its own, or by something that it left)");
  line.add(": ").add(cause);
  add_library(line, plugin, stack);
  if (is_on_stack(plugin, stack))
    line.add(". For the line of its source: addr2line -Cfie ").add(plugin.file).add(" ").add_hex(stack.plugin_offset);
  line.add(". Report it to the plugin's author, or switch it off with '").add(plugin.plugin).add(" = no' in [plugins]");
}

/// Whatever it interrupted has nothing to do with it.
void put_sent(Line& line, std::string_view cause) noexcept {
  line.add("the daemon ended: ")
      .add(cause)
      .add(". No plugin is to blame: see what that process was, and who started it");
}

void put_daemon(Line& line, std::string_view cause, const StackText& stack) noexcept {
  line.add("the daemon ended: ").add(cause).add(", outside of all plugins");
  if (const host::CallSnapshot last = host::last_call(); last.owner != nullptr)
    line.add(" (the last that was called: ").add(last.owner->plugin).add(", in ").add(last.callback).add(")");
  line.add(". It was at ").add(stack.innermost.view());
  line.add(". Report it with this line and the next ones");
}

bool write_stack(std::string_view lines) noexcept {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    Line line;
    line.add(head).add("  ").add(lines.substr(0, end));
    line.end_line();
    if (!write(line)) return false;
    lines.remove_prefix(std::min(end, lines.size() - 1) + 1);
  }
  return true;
}

}  // namespace

void prepare_death() {
  if (stderr_is_journal()) head = "<2>zmq-ami-broker: ";
  daemon_process = ::getpid();
}

bool is_the_daemon() noexcept { return ::getpid() == daemon_process.load(); }

void begin_death() noexcept {
  const pid_t self = ::gettid();
  if (pid_t first = 0; !dying_thread.compare_exchange_strong(first, self)) {
    if (first == self) {
      ::signal(SIGABRT, SIG_DFL);
      std::abort();
    }
    for (;;) ::pause();
  }
  write_last_lines(wait_for_log);
}

void last_words(std::string_view cause, const host::CallSnapshot& call, const StackText& stack,
                bool by_itself) noexcept {
  const host::CallOwner* const guilty = call.owner != nullptr ? call.owner : stack.plugin;
  if (guilty != nullptr && by_itself)
    each_suspect(*guilty, call.owner != nullptr, [](const host::CallOwner& suspect) { note_crash(suspect); });
  Line line;
  line.add(head);
  if (!by_itself) put_sent(line, cause);
  else if (guilty != nullptr) put_plugin(line, cause, call.callback, *guilty, stack);
  else put_daemon(line, cause, stack);
  line.end_line();
  if (write(line)) write_stack(stack.lines.view());
}

}  // namespace amibroker::app
