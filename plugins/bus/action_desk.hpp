// SPDX-License-Identifier: Apache-2.0
//
// The socket at which clients ask for actions.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "amibroker/host.hpp"
#include "plugins/bus/complaints.hpp"
#include "plugins/bus/door.hpp"
#include "plugins/bus/outbox.hpp"
#include "plugins/bus/request.hpp"
#include "plugins/bus/settings.hpp"

namespace amibroker::bus {

/// A ROUTER socket. A client is a REQ socket, or a DEALER socket with or without an empty frame before the text. What
/// is wrong or not allowed is answered here, and never comes near the loop. The thread with the sockets. All functions
/// but the constructor's callback throw zmq::error_t.
class ActionDesk {
 public:
  /// Most actions under way; further ones are answered as not sent.
  static constexpr std::size_t most_under_way = 100;

  using Ask = std::function<void(std::vector<std::string> envelope, Request request)>;

  /// `ask`: called for each action that may be asked for; its answer comes back to `send`.
  ActionDesk(zmq::context_t& context, const Door& door, const Settings& settings, Host& host, Complaints& complaints,
             Ask ask);

  [[nodiscard]] zmq::socket_t& socket() noexcept { return socket_; }
  /// Takes requests in; a few at a time.
  void read();
  /// Answers an action that was asked for. A client that is gone, or does not read, does without.
  void send(const Answer& answer);

 private:
  /// False if there is none.
  bool read_one();
  void serve(std::vector<std::string> envelope, std::string_view text, const std::string& peer);
  void answer(const std::vector<std::string>& envelope, const std::string& text);

  zmq::socket_t socket_;
  RequestReader reader_;
  const AllowedNames allow_;
  const Ask ask_;
  std::size_t under_way_ = 0;
  Counter& requests_;
  Counter& bad_;
  Counter& not_allowed_;
  Complaints& complaints_;
};

}  // namespace amibroker::bus
