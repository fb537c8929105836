// SPDX-License-Identifier: Apache-2.0
//
// The last words of a process that a plugin, or a fault of the daemon itself, brings to its end.
#pragma once

#include <string_view>

#include "core/app/stack.hpp"
#include "core/host/current_call.hpp"

namespace amibroker::app {

/// Reads what a signal handler cannot find out: whether stderr is systemd's journal. Once, at the start.
void prepare_death();

/// Whether this process is the one that called `prepare_death`, and not a child that a plugin has forked off: that one
/// may end as it likes. Safe in a signal handler.
[[nodiscard]] bool is_the_daemon() noexcept;

/// Only the first thread returns from it; another one waits here for the end that the first one brings, and a second
/// call of the first one ends the process at once, by SIGABRT: what it does about the death is what fails. It has the
/// log emptied, and from now on the end is bounded in time, even if what follows waits for a lock that nobody gives
/// back. Before `last_words`, and before the stack is looked at. Safe in a signal handler.
void begin_death() noexcept;

/// Writes straight to stderr, after the lines that the log still holds, what ended the daemon: one line with the
/// plugin, the call and the library, then the stack. Notes the crash if a plugin is to blame and `by_itself`, which is
/// false if another process sent the signal: then no plugin is named, whatever the signal interrupted.
///
/// Bounded in time, also if nobody reads stderr. Safe in a signal handler.
///
/// `call`: the call that was cut short; without an owner none was. Then the stack says who is to blame.
void last_words(std::string_view cause, const host::CallSnapshot& call, const StackText& stack,
                bool by_itself = true) noexcept;

}  // namespace amibroker::app
