// SPDX-License-Identifier: Apache-2.0
//
// Who may come in: the CURVE keys of the sockets, and the list of the keys that are let in.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <zmq.hpp>

#include "amibroker/host.hpp"
#include "plugins/bus/complaints.hpp"
#include "plugins/bus/settings.hpp"

namespace amibroker::bus {

/// Answers libzmq's questions about keys (ZAP, RFC 27). Without keys it lets everybody in, which `check_settings` has
/// only for addresses of this machine. The thread with the sockets.
class Door {
 public:
  /// To be made before the sockets, and destroyed after them. Throws zmq::error_t.
  Door(zmq::context_t& context, const Settings& settings, Host& host, Complaints& complaints);

  /// Sets this end's keys, and what all sockets of the bus have in common. Before bind to this endpoint.
  void prepare(zmq::socket_t& socket, const Endpoint& endpoint) const;

  /// What is to be watched; null without keys.
  [[nodiscard]] void* handle() noexcept { return questions_ ? questions_->handle() : nullptr; }
  /// Answers what was asked.
  void read();

 private:
  [[nodiscard]] bool lets_in(std::string_view mechanism, std::string_view credentials) const;

  std::string secret_key_;
  std::set<std::string, std::less<>> clients_;  ///< 32 bytes each
  std::optional<zmq::socket_t> questions_;
  Counter& refused_;
  Complaints& complaints_;
};

}  // namespace amibroker::bus
