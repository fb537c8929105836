// SPDX-License-Identifier: Apache-2.0
//
// Readers and clients of the plugin bus, for tests.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>
#include <zmq.hpp>

namespace amibroker::bus_test {

/// CURVE keys of one end.
struct KeyPair {
  std::string public_key;
  std::string secret_key;

  static KeyPair make() {
    char public_key[41];
    char secret_key[41];
    if (zmq_curve_keypair(public_key, secret_key) != 0) throw zmq::error_t();
    return {public_key, secret_key};
  }
};

/// A port that nobody has. It is held until `release`, so that two tests do not get the same one.
class FreePort {
 public:
  FreePort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, any, size) != 0 || ::getsockname(socket_, any, &size) != 0)
      throw std::runtime_error("no free port");
    number_ = ntohs(address.sin_port);
  }
  ~FreePort() { release(); }
  FreePort(const FreePort&) = delete;
  FreePort& operator=(const FreePort&) = delete;
  void release() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  [[nodiscard]] std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(number_); }

 private:
  int socket_;
  std::uint16_t number_ = 0;
};

using Frames = std::vector<std::string>;

/// A ZeroMQ socket that connects; frames in, frames out.
class BusPeer {
 public:
  /// `server_key`: the bus's public key; without `keys` nothing is encrypted.
  BusPeer(zmq::socket_type type, const std::string& endpoint, const std::optional<KeyPair>& keys = {},
          const std::string& server_key = {})
      : socket_(context_, type) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::reconnect_ivl, 10);
    if (type == zmq::socket_type::sub) socket_.set(zmq::sockopt::rcvhwm, 10);
    if (keys) {
      socket_.set(zmq::sockopt::curve_serverkey, server_key);
      socket_.set(zmq::sockopt::curve_publickey, keys->public_key);
      socket_.set(zmq::sockopt::curve_secretkey, keys->secret_key);
    }
    socket_.connect(endpoint);
  }

  void subscribe(const std::string& topic) { socket_.set(zmq::sockopt::subscribe, topic); }
  void unsubscribe(const std::string& topic) { socket_.set(zmq::sockopt::unsubscribe, topic); }
  void send(const Frames& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i)
      socket_.send(zmq::buffer(frames[i]), i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }
  /// The next message; nothing if none comes within the time.
  [[nodiscard]] Frames next(int within_ms = 20'000) {
    socket_.set(zmq::sockopt::rcvtimeo, within_ms);
    Frames frames;
    zmq::message_t frame;
    do {
      if (!socket_.recv(frame)) return frames;
      frames.push_back(frame.to_string());
    } while (frame.more());
    return frames;
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

}  // namespace amibroker::bus_test
