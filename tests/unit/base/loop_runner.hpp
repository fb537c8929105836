// SPDX-License-Identifier: Apache-2.0
//
// Runs an event loop for as long as a test needs it.
#pragma once

#include <functional>

#include "core/base/event_loop.hpp"

namespace amibroker::base {

/// Runs the loop until `done` holds; the time limit of the test ends what never comes.
inline void run_until(EventLoop& loop, const std::function<bool()>& done) {
  const auto look = loop.every(std::chrono::milliseconds(1), [&] {
    if (done()) loop.stop();
  });
  loop.run();
  loop.cancel(look);
}

/// Runs everything that waits by now.
inline void run_pending(EventLoop& loop) {
  loop.post([&] { loop.stop(); });
  loop.run();
}

}  // namespace amibroker::base
