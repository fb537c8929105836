// SPDX-License-Identifier: Apache-2.0
//
// Interface for those who want to see everything that happens in a fleet, in order.
#pragma once

#include <cstddef>
#include <string_view>

#include "tests/simulator/device_state.hpp"
#include "tests/simulator/signal.hpp"

namespace amibroker::sim {

/// Called on the fleet's thread, while it holds no lock: queries of servers are allowed, their commands are not.
class Observer {
 public:
  virtual ~Observer() = default;

  /// Server number `server` publishes at `time` that its device changed, by itself and not by a write.
  virtual void on_change(std::size_t server, std::string_view device, DeviceState state, Clock::time_point time) = 0;

  /// Server number `server` took a write at `time`. `key`: `Custom:…` or `CustomPresence:…`; `value` as it was sent.
  virtual void on_write(std::size_t server, std::string_view key, std::string_view value, Clock::time_point time) = 0;
};

}  // namespace amibroker::sim
