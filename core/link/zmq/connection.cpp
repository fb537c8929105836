// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/connection.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace amibroker::link::zeromq {
namespace {

// A frame above this ends the connection in libzmq, so the wire's own limits, which only drop the frame, are lower.
constexpr std::int64_t largest_frame_bytes = 256LL * 1024 * 1024;
// Bounds the memory of a server that we cannot keep up with (about 5 MB); beyond it TCP slows the server's socket
// and the module there counts and reports what it had to drop.
constexpr int events_waiting = 10'000;
constexpr int connect_timeout_ms = 3'000;
constexpr int never_ms = 24 * 3600 * 1000;
constexpr int monitored = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED |
                          ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                          ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

std::string endpoint(const std::string& addr, std::uint16_t port) {
  const bool v6 = addr.find(':') != std::string::npos;
  return "tcp://" + (v6 ? "[" + addr + "]" : addr) + ":" + std::to_string(port);
}

std::string_view text(const ::zmq::message_t& message) { return {message.data<char>(), message.size()}; }

/// A handshake that failed. Which event comes was seen with libzmq 4.3.4: AUTH if the module's list does not have our
/// key; the mismatch of mechanisms if only one side has CURVE, unless that side has closed the connection before we
/// read its greeting; no detail if the module could not decrypt what we sent, because it has another key.
Loss failed_handshake(std::uint16_t event, std::uint32_t value, const std::optional<CurveKeys>& curve) {
  const bool mismatch =
      event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL && value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH;
  if (!curve && mismatch)
    return {Loss::Kind::connection, "demands CURVE", "Write curve_server_key and curve_secret_file into its section"};
  if (!curve)
    return {Loss::Kind::connection,
            "ended the handshake: it demands CURVE, does not speak ZeroMQ, or is the other port",
            "Check that 'zmq manager show status' there shows these ports; where it says 'CURVE: on', write "
            "curve_server_key and curve_secret_file into its section"};
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
    return {Loss::Kind::connection, "refused the broker's key",
            "Add the line " + curve->client_public +
                " to its curve_clients_file (zmq_manager.conf names it) and reload res_zmq_manager.so there"};
  if (mismatch)
    return {Loss::Kind::connection, "speaks no CURVE",
            "Write curve_secret_file and curve_clients_file into its zmq_manager.conf and reload res_zmq_manager.so "
            "there; or take curve_server_key and curve_secret_file out of its section"};
  return {Loss::Kind::connection, "ended the CURVE handshake",
          "Check that curve_server_key is the public key of its module, and that 'zmq manager show status' there says "
          "'CURVE: on' and shows these ports"};
}

void set_keys(::zmq::socket_t& socket, const CurveKeys& keys) {
  socket.set(::zmq::sockopt::curve_serverkey, keys.server_public);
  socket.set(::zmq::sockopt::curve_publickey, keys.client_public);
  socket.set(::zmq::sockopt::curve_secretkey, keys.client_secret);
}

void set_options(::zmq::socket_t& socket, ::zmq::socket_type type) {
  socket.set(::zmq::sockopt::linger, 0);
  socket.set(::zmq::sockopt::ipv6, true);
  // Never within the life of a socket: the connection is thrown away when it is lost. Neither -1 nor ZMQ_IMMEDIATE does
  // that safely: both take the pipe away within a reply of two frames, and libzmq 4.3.4 aborts (fq.cpp, _more).
  socket.set(::zmq::sockopt::reconnect_ivl, never_ms);
  socket.set(::zmq::sockopt::connect_timeout, connect_timeout_ms);
  socket.set(::zmq::sockopt::maxmsgsize, largest_frame_bytes);
  socket.set(::zmq::sockopt::tcp_keepalive, 1);
  socket.set(::zmq::sockopt::tcp_keepalive_idle, 10);
  socket.set(::zmq::sockopt::tcp_keepalive_intvl, 5);
  socket.set(::zmq::sockopt::tcp_keepalive_cnt, 3);
  if (type == ::zmq::socket_type::sub) {
    socket.set(::zmq::sockopt::rcvhwm, events_waiting);
    socket.set(::zmq::sockopt::subscribe, "");
    socket.set(::zmq::sockopt::sndhwm, 0);  // only subscriptions are sent, and libzmq drops those that find no room
  } else {
    socket.set(::zmq::sockopt::rcvhwm, 0);  // bounded by the window: a reply comes only for an action
    socket.set(::zmq::sockopt::sndhwm, 0);
  }
}

}  // namespace

Connection::Connection(::zmq::context_t& context, SocketSet& sockets, const std::string& address,
                       const ZmqAccess& access, Callbacks callbacks)
    : sockets_(sockets), callbacks_(std::move(callbacks)), curve_(access.curve) {
  try {
    open(events_, context, ::zmq::socket_type::sub, endpoint(address, access.evt_port));
    open(commands_, context, ::zmq::socket_type::dealer, endpoint(address, access.cmd_port));
    attach();
  } catch (const std::exception& error) {  // of libzmq or of the kernel
    detach(events_), detach(commands_);
    throw std::runtime_error(std::string("no socket can be opened for it (") + error.what() +
                             "): raise the limit of open files (LimitNOFILE= in the systemd unit)");
  }
}

Connection::~Connection() { close(); }

void Connection::close() noexcept {
  if (std::exchange(closed_, true)) return;
  detach(events_), detach(commands_);
}

void Connection::attach() {
  events_.socket_handle = sockets_.attach(events_.socket, [this](int budget) { return drain_events(budget); });
  commands_.socket_handle = sockets_.attach(commands_.socket, [this](int budget) { return drain_answers(budget); });
  events_.monitor_handle =
      sockets_.attach(events_.monitor, [this](int) { return drain_monitor(events_, "event port"); });
  commands_.monitor_handle =
      sockets_.attach(commands_.monitor, [this](int) { return drain_monitor(commands_, "command port"); });
}

void Connection::open(Channel& channel, ::zmq::context_t& context, ::zmq::socket_type type,
                      const std::string& endpoint) {
  static std::atomic<std::uint64_t> serial{0};
  const std::string monitor = "inproc://amibroker-monitor-" + std::to_string(++serial);
  channel.socket = ::zmq::socket_t(context, type);
  set_options(channel.socket, type);
  if (curve_) set_keys(channel.socket, *curve_);
  if (zmq_socket_monitor(channel.socket.handle(), monitor.c_str(), monitored) != 0) throw ::zmq::error_t();
  channel.monitor = ::zmq::socket_t(context, ::zmq::socket_type::pair);
  channel.monitor.set(::zmq::sockopt::linger, 0);
  // A monitor that is full would stop the I/O thread, and with it every server of the context.
  channel.monitor.set(::zmq::sockopt::rcvhwm, 0);
  channel.monitor.connect(monitor);
  channel.socket.connect(endpoint);
}

/// The sockets themselves are closed with the object: one of them may be in the middle of a read.
void Connection::detach(Channel& channel) noexcept {
  if (channel.socket_handle) sockets_.detach(*std::exchange(channel.socket_handle, std::nullopt));
  if (channel.monitor_handle) sockets_.detach(*std::exchange(channel.monitor_handle, std::nullopt));
  if (channel.socket) zmq_socket_monitor(channel.socket.handle(), nullptr, 0);
}

void Connection::subscribe(const std::vector<std::string>& topics) {
  sockets_.mark(*events_.socket_handle);
  std::vector<std::string> more, less;
  std::set_difference(topics.begin(), topics.end(), topics_.begin(), topics_.end(), std::back_inserter(more));
  std::set_difference(topics_.begin(), topics_.end(), topics.begin(), topics.end(), std::back_inserter(less));
  // In this order, so that there is no moment in which an event that is in both is asked for by neither.
  for (const std::string& topic : more) events_.socket.set(::zmq::sockopt::subscribe, topic);
  for (const std::string& topic : less) events_.socket.set(::zmq::sockopt::unsubscribe, topic);
  topics_ = topics;
}

bool Connection::send(::zmq::message_t& json) {
  if (closed_) return false;
  sockets_.mark(*commands_.socket_handle);
  ::zmq::socket_t& socket = commands_.socket;
  // The empty frame is the delimiter that a REP socket expects before the request.
  if (!socket.send(::zmq::const_buffer(), ::zmq::send_flags::sndmore | ::zmq::send_flags::dontwait)) return false;
  return socket.send(json, ::zmq::send_flags::dontwait).has_value();
}

void Connection::read_answers() {
  waits_for_reader_ = false;
  if (!closed_) sockets_.mark(*commands_.socket_handle);
}

void Connection::skip_parts(::zmq::socket_t& socket) {
  while (frame_.more() && socket.recv(frame_, ::zmq::recv_flags::dontwait)) {
  }
}

bool Connection::drain_events(int budget) {
  for (; budget > 0 && !closed_; --budget) {
    if (!events_.socket.recv(frame_, ::zmq::recv_flags::dontwait)) return false;
    if (frame_.more()) {
      skip_parts(events_.socket);
      callbacks_.on_bad("an event of several frames");
      continue;
    }
    callbacks_.on_event(text(frame_));
  }
  return !closed_;
}

bool Connection::drain_answers(int budget) {
  for (; budget > 0; --budget)
    if (closed_ || waits_for_reader_ || !receive_answer()) return false;
  return true;
}

bool Connection::receive_answer() {
  ::zmq::socket_t& socket = commands_.socket;
  if (!socket.recv(frame_, ::zmq::recv_flags::dontwait)) return false;
  if (frame_.size() != 0 || !frame_.more()) {
    skip_parts(socket);
    callbacks_.on_bad("an answer without the empty frame before it");
    return true;
  }
  if (!socket.recv(frame_, ::zmq::recv_flags::dontwait)) return false;
  if (frame_.more()) {
    skip_parts(socket);
    callbacks_.on_bad("an answer of several frames");
    return true;
  }
  if (!callbacks_.on_answer(text(frame_))) {
    waits_for_reader_ = true;
    frame_.rebuild();  // it may be large, and its reader has a copy
  }
  return true;
}

bool Connection::drain_monitor(Channel& channel, std::string_view which) {
  while (!closed_ && channel.monitor.recv(frame_, ::zmq::recv_flags::dontwait)) {
    std::uint16_t event = 0;
    std::uint32_t value = 0;
    std::memcpy(&event, frame_.data(), sizeof event);
    std::memcpy(&value, frame_.data<char>() + sizeof event, sizeof value);
    skip_parts(channel.monitor);
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
      channel.connected = true;
      callbacks_.on_connected();
      if (!closed_ && events_.connected && commands_.connected) callbacks_.on_ready();
      continue;
    }
    Loss loss = event == ZMQ_EVENT_CLOSED         ? Loss{Loss::Kind::connection, "cannot be reached"}
                : event == ZMQ_EVENT_DISCONNECTED ? Loss{Loss::Kind::connection, "closed the connection"}
                                                  : failed_handshake(event, value, curve_);
    loss.why = "its " + std::string(which) + " " + loss.why;
    close();
    callbacks_.on_lost(loss);
  }
  return false;
}

}  // namespace amibroker::link::zeromq
