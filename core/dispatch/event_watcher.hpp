// SPDX-License-Identifier: Apache-2.0
//
// Somebody who looks on at what comes of the servers, and asks for nothing.
#pragma once

#include <cstdint>

#include "amibroker/host.hpp"
#include "amibroker/message.hpp"

namespace amibroker::dispatch {

/// Is told after the handlers, so that it costs no lamp its time. Loop's thread.
class EventWatcher {
 public:
  /// Asked for each event: cheap. If not, nothing is told.
  [[nodiscard]] virtual bool watches() const noexcept = 0;
  /// An event, whether a handler wants it or not. The message is gone after the call.
  virtual void saw_event(ServerId server, const Message& message) = 0;
  virtual void saw_up(ServerId server) = 0;
  virtual void saw_down(ServerId server) = 0;
  /// 0: it is not known how many.
  virtual void saw_events_lost(ServerId server, std::uint64_t count) = 0;

 protected:
  ~EventWatcher() = default;
};

}  // namespace amibroker::dispatch
