// SPDX-License-Identifier: Apache-2.0
//
// A plugin that calls exit does not end the daemon as if all were well.
#pragma once

namespace amibroker::app {

/// From now on exit, quick_exit and _exit, called from inside a plugin or by nobody knows whom, write `last_words`, and
/// the exit code is ExitCode::forced_end. Call it again once plugins are loaded: then that happens before the
/// destructors of their static objects. After `prepare_death`.
void guard_exits();

/// The process may end from now on, by `main` that returns.
void end_is_meant() noexcept;

}  // namespace amibroker::app
