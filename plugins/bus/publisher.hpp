// SPDX-License-Identifier: Apache-2.0
//
// The socket from which readers get events.
#pragma once

#include <memory>
#include <string>
#include <zmq.hpp>

#include "amibroker/host.hpp"
#include "plugins/bus/complaints.hpp"
#include "plugins/bus/door.hpp"
#include "plugins/bus/outbox.hpp"
#include "plugins/bus/settings.hpp"
#include "plugins/bus/subscriptions.hpp"

namespace amibroker::bus {

/// An XPUB socket. Never waits for a reader: libzmq keeps `queue` messages for each, and drops further ones for that
/// reader alone. The thread with the sockets. All functions throw zmq::error_t.
class Publisher {
 public:
  /// `run`: names this run of the bus, in each message.
  Publisher(zmq::context_t& context, const Door& door, const Settings& settings, std::string run, Host& host,
            Complaints& complaints);

  [[nodiscard]] zmq::socket_t& socket() noexcept { return socket_; }

  /// Takes subscriptions in; a few at a time.
  void read();
  /// Frames: topic, number, JSON, run.
  void send(const Published& message);
  /// What readers want, if that is other than the last time.
  [[nodiscard]] std::shared_ptr<const Wanted> changed_wanted();
  [[nodiscard]] bool has_changed() const noexcept { return changed_; }

 private:
  zmq::socket_t socket_;
  const std::string run_;
  Subscriptions subscriptions_;
  bool changed_ = false;
  Counter& published_;
  Counter& refused_;
  Complaints& complaints_;
};

}  // namespace amibroker::bus
