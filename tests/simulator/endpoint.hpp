// SPDX-License-Identifier: Apache-2.0
//
// The two sockets of one simulated server. Only on the thread of its fleet.
//
// Towards a client they are the PUB and the REP of res_zmq_manager. Here they are XPUB and ROUTER, which speak the same
// protocol and let the simulator see subscriptions and misbehave with replies, as a REP cannot.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "tests/simulator/curve_gate.hpp"
#include "tests/simulator/held_port.hpp"

namespace amibroker::sim {

/// An action on its way: who asked, and what.
struct Request {
  std::vector<std::string> envelope;  ///< route and delimiter, to be sent before the reply
  std::string body;
};

class Endpoint {
 public:
  /// Ports of 127.0.0.1; 0 takes a free one. With `curve` only peers with a key of its list come in. Throws
  /// std::runtime_error if a port is in use.
  Endpoint(std::uint16_t command_port, std::uint16_t event_port, const std::optional<CurveOptions>& curve = {});

  [[nodiscard]] std::uint16_t command_port() const noexcept { return command_port_; }
  [[nodiscard]] std::uint16_t event_port() const noexcept { return event_port_; }

  /// Listens. Throws zmq::error_t.
  void open(zmq::context_t& context);
  /// Drops all connections and what is queued. libzmq stops to listen a moment later: see `refuses`.
  void close();
  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(commands_); }
  /// Whether both ports refuse connections by now. After `close`.
  [[nodiscard]] bool refuses();

  /// The next action, if one is there. A message without the delimiter of a request is dropped, as REP does.
  [[nodiscard]] std::optional<Request> receive();
  /// Answers; several frames make one multi-frame reply.
  void reply(const Request& request, std::span<const std::string> frames);
  void publish(std::span<const std::string> frames);
  void publish(std::string_view frame);

  /// Reads what subscribers said. True if the set of topics changed.
  bool read_subscriptions();
  /// The topics that somebody subscribed to.
  [[nodiscard]] const std::set<std::string>& topics() const noexcept { return topics_; }

  /// Something may be waiting. To be asked after the last operation and before sleeping on the descriptors, because any
  /// operation on a libzmq socket can swallow the signal of its descriptor.
  [[nodiscard]] bool has_actions();
  [[nodiscard]] bool has_subscriptions();

  /// Readable when it is time to ask again (ZMQ_FD).
  [[nodiscard]] int command_descriptor() { return commands_.get(zmq::sockopt::fd); }
  [[nodiscard]] int event_descriptor() { return events_.get(zmq::sockopt::fd); }

 private:
  [[nodiscard]] zmq::socket_t listening(zmq::context_t& context, zmq::socket_type type, std::uint16_t port);

  std::optional<CurveGate> gate_;  // outlives the sockets
  zmq::socket_t commands_;
  zmq::socket_t events_;
  std::set<std::string> topics_;
  HeldPort held_command_;
  HeldPort held_event_;
  std::uint16_t command_port_;
  std::uint16_t event_port_;
};

}  // namespace amibroker::sim
