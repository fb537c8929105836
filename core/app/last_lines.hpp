// SPDX-License-Identifier: Apache-2.0
//
// What the log still holds is written before the process dies.
#pragma once

#include <chrono>
#include <functional>

namespace amibroker::app {

/// What writes the log's queue within a limit; see Logging::drain.
using Drain = std::function<bool(std::chrono::milliseconds limit)>;

/// Starts a thread that waits for a death: the thread that dies is in a signal handler and may neither lock nor ask for
/// memory, so another one empties the log for it. Once, before any plugin is loaded. Throws std::system_error if the
/// process has no thread left.
void keep_last_lines(Drain drain);

/// Waits, in the thread that dies, until the log is written; at most `limit`, and not at all without
/// `keep_last_lines`. From now on the process has two seconds, then it is ended by force. Safe in a signal handler.
void write_last_lines(std::chrono::milliseconds limit) noexcept;

}  // namespace amibroker::app
