// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/curve_gate.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace amibroker::sim {
namespace {

/// Frames of a ZAP request (RFC 27): version, request id, domain, address, identity, mechanism, key.
constexpr std::size_t kIdFrame = 1;
constexpr std::size_t kMechanismFrame = 5;
constexpr std::size_t kKeyFrame = 6;

std::vector<std::string> receive(zmq::socket_t& socket) {
  std::vector<std::string> frames;
  zmq::message_t frame;
  do {
    static_cast<void>(socket.recv(frame));
    frames.push_back(frame.to_string());
  } while (frame.more());
  return frames;
}

}  // namespace

CurveGate::CurveGate(CurveOptions options) : options_(std::move(options)) {
  zmq::socket_t handler(context_, zmq::socket_type::rep);
  handler.bind("inproc://zeromq.zap.01");
  thread_ = std::thread([this, socket = std::move(handler)]() mutable { run(std::move(socket)); });
}

CurveGate::~CurveGate() {
  context_.shutdown();
  thread_.join();
}

void CurveGate::guard(zmq::socket_t& socket) const {
  socket.set(zmq::sockopt::curve_server, true);
  socket.set(zmq::sockopt::curve_secretkey, options_.secret_key);
}

void CurveGate::run(zmq::socket_t handler) const try {
  for (;;) {
    const auto request = receive(handler);
    const bool welcome = lets_in(request);
    const std::array<std::string, 6> answer{"1.0", request.at(kIdFrame), welcome ? "200" : "400", "", "", ""};
    for (std::size_t i = 0; i < answer.size(); ++i)
      handler.send(zmq::buffer(answer[i]), i + 1 < answer.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }
} catch (const zmq::error_t&) {  // the context was shut down
}

bool CurveGate::lets_in(const std::vector<std::string>& request) const {
  if (request.size() <= kKeyFrame || request[kMechanismFrame] != "CURVE" || request[kKeyFrame].size() != 32)
    return false;
  std::array<char, 41> text{};
  zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(request[kKeyFrame].data()), 32);
  return std::find(options_.clients.begin(), options_.clients.end(), text.data()) != options_.clients.end();
}

}  // namespace amibroker::sim
