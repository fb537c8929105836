// SPDX-License-Identifier: Apache-2.0
//
// One accepted TCP connection of a simulated server, with TLS or without. Never blocks. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/simulator/signal.hpp"
#include "tests/simulator/tls_pipe.hpp"

namespace amibroker::sim {

class AmiConnection {
 public:
  /// Owns `socket`. `tls`: null for plain TCP, else it has to outlive the connection.
  AmiConnection(int socket, SSL_CTX* tls);
  ~AmiConnection();
  AmiConnection(const AmiConnection&) = delete;
  AmiConnection& operator=(const AmiConnection&) = delete;

  /// Appends to `plain` what has come. False: the other side has ended it.
  [[nodiscard]] bool receive(std::string& plain);
  /// Queues it, and hands to the kernel what that takes.
  void send(std::string_view plain);
  /// False: the connection is broken.
  bool flush();
  /// Nothing is handed to the kernel while this is so.
  void hold(bool on) noexcept { held_ = on; }
  /// Ends it with what is queued, as far as the kernel takes that.
  void close();
  /// Ends it with a reset.
  void reset();

  [[nodiscard]] int descriptor() const noexcept { return socket_; }
  [[nodiscard]] bool is_open() const noexcept { return socket_ >= 0; }
  /// Since when the kernel takes nothing of what is queued; nothing: all is handed over.
  [[nodiscard]] std::optional<Clock::time_point> stuck_since() const noexcept { return stuck_since_; }

 private:
  int socket_;
  bool held_ = false;
  std::optional<TlsPipe> tls_;
  std::string output_;
  std::optional<Clock::time_point> stuck_since_;
};

}  // namespace amibroker::sim
