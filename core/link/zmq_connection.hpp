// SPDX-License-Identifier: Apache-2.0
//
// One attempt at one server: its two sockets and what their monitors say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "core/link/server_config.hpp"
#include "core/link/socket_set.hpp"

namespace amibroker::link {

/// A SUB socket for events and a DEALER socket for actions, made for one connection and thrown away with it: what
/// libzmq still holds for a lost connection must never reach a server later, and a protocol error would keep a
/// socket silent for ever. libzmq itself does not reconnect.
///
/// The owner may destroy the connection from any callback except `on_event` and `on_reply`. Loop's thread only.
class ZmqConnection {
 public:
  struct Callbacks {
    std::function<void(std::string_view frame)> on_event;  ///< one event frame
    std::function<void(std::string_view frame)> on_reply;  ///< the JSON of one reply
    std::function<void(std::string_view what)> on_bad;     ///< a message of the wrong shape was dropped
    std::function<void()> on_ready;                        ///< both sockets are connected
    /// The connection is over; called once. `remedy` is empty where the reason says nothing of what to do.
    std::function<void(std::string_view why, std::string_view remedy)> on_lost;
  };

  /// Begins to connect. Throws zmq::error_t where libzmq has no socket left or does not take the address.
  ZmqConnection(zmq::context_t& context, SocketSet& sockets, const ServerConfig& server, Callbacks callbacks);
  ~ZmqConnection();
  ZmqConnection(const ZmqConnection&) = delete;
  ZmqConnection& operator=(const ZmqConnection&) = delete;

  /// Asks for the events that begin with one of these texts, in order, each once, and for no others. A new connection
  /// has asked for all: the empty text. Also from inside `on_event`, for what comes after it.
  void subscribe(const std::vector<std::string>& topics);

  /// Sends one action, which is empty afterwards. False where libzmq takes nothing at the moment.
  [[nodiscard]] bool send(zmq::message_t& json);

 private:
  /// A socket, its monitor, and whether its handshake is done.
  struct Channel {
    zmq::socket_t socket;
    zmq::socket_t monitor;
    std::optional<SocketSet::Handle> socket_handle;
    std::optional<SocketSet::Handle> monitor_handle;
    bool connected = false;
  };

  void open(Channel& channel, zmq::context_t& context, zmq::socket_type type, const std::string& endpoint);
  void close(Channel& channel) noexcept;
  bool drain_events(int budget);
  bool drain_replies(int budget);
  bool drain_monitor(Channel& channel, std::string_view which);
  bool receive_reply();
  void skip_parts(zmq::socket_t& socket);

  SocketSet& sockets_;
  Callbacks callbacks_;
  std::optional<CurveKeys> curve_;
  Channel events_;
  Channel commands_;
  std::vector<std::string> topics_{""};
  zmq::message_t frame_;
};

}  // namespace amibroker::link
