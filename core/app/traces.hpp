// SPDX-License-Identifier: Apache-2.0
//
// Servers whose messages are logged for a while, because somebody asked for it.
#pragma once

#include <chrono>
#include <map>

#include "core/base/event_loop.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// Loop's thread.
class Traces {
 public:
  /// Both outlive it.
  Traces(base::EventLoop& loop, link::Servers& servers) : loop_(loop), servers_(servers) {}
  ~Traces();
  Traces(const Traces&) = delete;
  Traces& operator=(const Traces&) = delete;

  /// Each message of this server is logged for so long, over new connections too; it is not asked for more events than
  /// before. A call before the end takes the place of the one before. Throws std::out_of_range for an unknown id.
  void begin(ServerId server, std::chrono::seconds length);
  /// Ends that now. False if it was not under way.
  bool end(ServerId server);

 private:
  base::EventLoop& loop_;
  link::Servers& servers_;
  std::map<ServerId, base::TimerHandle> ends_;
};

}  // namespace amibroker::app
