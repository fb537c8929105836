// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C and SIGTERM, taken when it suits the program. One for the process, made before any thread.
#pragma once

#include <signal.h>
#include <chrono>

namespace amibroker::sim::app {

class Interrupts {
 public:
  /// Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD for this thread and all that it starts.
  Interrupts();

  /// Waits that long. True at once when somebody wants the program to end; false early when a child has ended.
  [[nodiscard]] bool wait(std::chrono::milliseconds time);

 private:
  sigset_t signals_;
};

}  // namespace amibroker::sim::app
