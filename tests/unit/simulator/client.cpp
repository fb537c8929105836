// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/simulator/client.hpp"

namespace amibroker::sim {
namespace {

constexpr int kDeadlineMs = 10'000;

zmq::socket_t connected(zmq::context_t& context, zmq::socket_type type, std::uint16_t port) {
  zmq::socket_t socket(context, type);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::rcvtimeo, kDeadlineMs);
  socket.set(zmq::sockopt::reconnect_ivl, 5);
  socket.connect("tcp://127.0.0.1:" + std::to_string(port));
  return socket;
}

std::optional<std::vector<std::string>> receive(zmq::socket_t& socket) {
  std::vector<std::string> frames;
  zmq::message_t frame;
  do {
    if (!socket.recv(frame)) return std::nullopt;
    frames.push_back(frame.to_string());
  } while (frame.more());
  return frames;
}

}  // namespace

Client::Client(const Server& server, const std::string& topic)
    : commands_(connected(context_, zmq::socket_type::dealer, server.command_port())),
      events_(connected(context_, zmq::socket_type::sub, server.event_port())) {
  events_.set(zmq::sockopt::subscribe, topic);
}

void Client::send(std::string_view action) { send_raw({"", std::string(action)}); }

void Client::send_raw(const std::vector<std::string>& frames) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto flags = i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none;
    commands_.send(zmq::buffer(frames[i]), flags);
  }
}

std::optional<std::vector<std::string>> Client::next_reply() {
  auto frames = receive(commands_);
  if (frames) frames->erase(frames->begin());
  return frames;
}

std::optional<std::vector<std::string>> Client::next_event() { return receive(events_); }

std::string Client::ask(std::string_view action) {
  send(action);
  const auto reply = next_reply();
  return reply && reply->size() == 1 ? reply->front() : std::string();
}

std::string Client::event() {
  const auto event = next_event();
  return event && event->size() == 1 ? event->front() : std::string();
}

std::string Client::setvar(const std::string& id, const std::string& device, const std::string& state) {
  return R"({"Action":"Setvar","ActionID":")" + id + "\",\"Variable\":\"DEVICE_STATE(" + device + ")\",\"Value\":\"" +
         state + "\"}";
}

std::string Client::ping(const std::string& id) { return R"({"Action":"Ping","ActionID":")" + id + R"("})"; }

}  // namespace amibroker::sim
