// SPDX-License-Identifier: Apache-2.0
//
// A TCP port of 127.0.0.1 that is kept without listening on it: connections are refused, nobody else gets the port, and
// no reconnecting client can pick it as its own and reach itself. One thread at a time.
#pragma once

#include <cstdint>

namespace amibroker::sim {

class HeldPort {
 public:
  HeldPort() = default;
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;
  ~HeldPort() { release(); }

  /// Takes the port, or a free one for 0. False while somebody listens on it; throws std::system_error if the
  /// system has no socket.
  [[nodiscard]] bool take(std::uint16_t port);
  void release() noexcept;

  [[nodiscard]] bool held() const noexcept { return socket_ >= 0; }
  /// The port that is held.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace amibroker::sim
