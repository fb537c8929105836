// SPDX-License-Identifier: Apache-2.0
//
// A test that runs on one loop, with whatever it talks to on the same loop.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "core/base/event_loop.hpp"

namespace amibroker::base {

class LoopTest : public ::testing::Test {
 protected:
  /// Runs the loop until `done`, at most 20 s.
  [[nodiscard]] bool run_until(const std::function<bool()>& done) {
    bool reached = false;
    const auto check = loop.every(std::chrono::milliseconds(1), [&] {
      reached = done();
      if (reached) loop.stop();
    });
    const auto limit = loop.after(std::chrono::seconds(20), [&] { loop.stop(); });
    loop.run();
    loop.cancel(check), loop.cancel(limit);
    return reached;
  }

  EventLoop loop;
};

}  // namespace amibroker::base
