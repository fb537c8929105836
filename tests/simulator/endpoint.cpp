// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/endpoint.hpp"

#include <algorithm>
#include <stdexcept>

namespace amibroker::sim {
namespace {

std::uint16_t take(HeldPort& holder, std::uint16_t port) {
  if (!holder.take(port)) throw std::runtime_error("port " + std::to_string(port) + " of 127.0.0.1 is in use");
  return holder.port();
}

void send_all(zmq::socket_t& socket, std::span<const std::string> frames) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto more = i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none;
    static_cast<void>(socket.send(zmq::buffer(frames[i]), more | zmq::send_flags::dontwait));
  }
}

}  // namespace

Endpoint::Endpoint(std::uint16_t command_port, std::uint16_t event_port, const std::optional<CurveOptions>& curve)
    : command_port_(take(held_command_, command_port)), event_port_(take(held_event_, event_port)) {
  if (curve) gate_.emplace(*curve);
}

zmq::socket_t Endpoint::listening(zmq::context_t& context, zmq::socket_type type, std::uint16_t port) {
  zmq::socket_t socket(gate_ ? gate_->context() : context, type);
  socket.set(zmq::sockopt::linger, 0);
  // A test that wants losses asks for them: a slow reader must not cause any.
  socket.set(zmq::sockopt::sndhwm, 0);
  if (gate_) gate_->guard(socket);
  socket.bind("tcp://127.0.0.1:" + std::to_string(port));
  return socket;
}

void Endpoint::open(zmq::context_t& context) {
  auto commands = listening(context, zmq::socket_type::router, command_port_);
  events_ = listening(context, zmq::socket_type::xpub, event_port_);
  commands_ = std::move(commands);
  held_command_.release();
  held_event_.release();
}

void Endpoint::close() {
  commands_.close();
  events_.close();
  topics_.clear();
}

bool Endpoint::refuses() { return held_command_.take(command_port_) && held_event_.take(event_port_); }

std::optional<Request> Endpoint::receive() {
  zmq::message_t frame;
  while (commands_.recv(frame, zmq::recv_flags::dontwait)) {
    std::vector<std::string> frames{frame.to_string()};
    while (frame.more()) {
      static_cast<void>(commands_.recv(frame));
      frames.push_back(frame.to_string());
    }
    // The first frame is the route; the request begins after the first empty frame after it.
    const auto delimiter = std::find(frames.begin() + 1, frames.end(), std::string());
    if (frames.end() - delimiter < 2) continue;
    return Request{.envelope = {frames.begin(), delimiter + 1}, .body = *(delimiter + 1)};
  }
  return std::nullopt;
}

void Endpoint::reply(const Request& request, std::span<const std::string> frames) {
  std::vector<std::string> all = request.envelope;
  all.insert(all.end(), frames.begin(), frames.end());
  send_all(commands_, all);
}

void Endpoint::publish(std::span<const std::string> frames) { send_all(events_, frames); }

void Endpoint::publish(std::string_view frame) {
  static_cast<void>(events_.send(zmq::buffer(frame), zmq::send_flags::dontwait));
}

bool Endpoint::read_subscriptions() {
  bool changed = false;
  zmq::message_t message;
  while (events_.recv(message, zmq::recv_flags::dontwait)) {
    const auto text = message.to_string_view();
    if (text.empty()) continue;
    std::string topic(text.substr(1));
    if (text.front() == '\1') {
      changed = topics_.insert(std::move(topic)).second || changed;
    } else {
      changed = topics_.erase(topic) > 0 || changed;
    }
  }
  return changed;
}

bool Endpoint::has_actions() { return (commands_.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }
bool Endpoint::has_subscriptions() { return (events_.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }

}  // namespace amibroker::sim
