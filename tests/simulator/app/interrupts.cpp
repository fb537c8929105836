// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/interrupts.hpp"

#include <time.h>

namespace amibroker::sim::app {

Interrupts::Interrupts() {
  ::sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&signals_, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

bool Interrupts::wait(std::chrono::milliseconds time) {
  const timespec timeout{.tv_sec = time.count() / 1000, .tv_nsec = time.count() % 1000 * 1'000'000};
  const int signal = ::sigtimedwait(&signals_, nullptr, &timeout);
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
}

}  // namespace amibroker::sim::app
