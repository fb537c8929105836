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

#include "core/link/wire.hpp"
#include "core/link/zmq/access.hpp"
#include "core/link/zmq/socket_set.hpp"

namespace amibroker::link::zeromq {

/// A SUB socket for events and a DEALER socket for actions, made for one connection and thrown away with it: what
/// libzmq still holds for a lost connection must never reach a server later, and a protocol error would keep a
/// socket silent forever. libzmq itself does not reconnect.
///
/// Loop's thread only. Never destroyed from inside a callback: `close` it there.
class Connection {
 public:
  struct Callbacks {
    std::function<void(std::string_view frame)> on_event;  ///< one event frame
    /// The JSON of one answer. False: leave the rest of the answers unread until `read_answers`.
    std::function<bool(std::string_view frame)> on_answer;
    std::function<void(std::string_view what)> on_bad;  ///< a message of the wrong shape was dropped
    std::function<void()> on_connected;                 ///< one of the sockets is connected; called for each
    std::function<void()> on_ready;                     ///< both are
    std::function<void(const Loss& loss)> on_lost;      ///< the connection is over; called once
  };

  /// Begins to connect to `address`, a number. Throws std::runtime_error if libzmq or the kernel has no room left.
  Connection(::zmq::context_t& context, SocketSet& sockets, const std::string& address, const ZmqAccess& access,
             Callbacks callbacks);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// No callback is called any more. From anywhere.
  void close() noexcept;

  /// Asks for the events that begin with one of these texts, in order, each once, and for no others. A new connection
  /// has asked for all: the empty text. Also from inside `on_event`, for what comes after it.
  void subscribe(const std::vector<std::string>& topics);

  /// Sends one action, whose message is empty afterwards. False if libzmq takes nothing at the moment.
  [[nodiscard]] bool send(::zmq::message_t& json);

  /// Goes on after `on_answer` returned false.
  void read_answers();

 private:
  /// A socket, its monitor, and whether its handshake is done.
  struct Channel {
    ::zmq::socket_t socket;
    ::zmq::socket_t monitor;
    std::optional<SocketSet::Handle> socket_handle;
    std::optional<SocketSet::Handle> monitor_handle;
    bool connected = false;
  };

  void open(Channel& channel, ::zmq::context_t& context, ::zmq::socket_type type, const std::string& endpoint);
  void attach();
  void detach(Channel& channel) noexcept;
  bool drain_events(int budget);
  bool drain_answers(int budget);
  bool drain_monitor(Channel& channel, std::string_view which);
  bool receive_answer();
  void skip_parts(::zmq::socket_t& socket);

  SocketSet& sockets_;
  Callbacks callbacks_;
  std::optional<CurveKeys> curve_;
  Channel events_;
  Channel commands_;
  std::vector<std::string> topics_{""};
  ::zmq::message_t frame_;
  bool waits_for_reader_ = false;  // answers are left unread
  bool closed_ = false;
};

}  // namespace amibroker::link::zeromq
