// SPDX-License-Identifier: Apache-2.0
//
// One attempt at one server's manager interface: its TCP or TLS connection, cut into messages.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/ami/text_framer.hpp"
#include "core/base/event_loop.hpp"
#include "core/link/server_config.hpp"

namespace amibroker::link {

/// Made for one connection and thrown away with it, so that nothing of a lost connection reaches the next one.
///
/// It reads as fast as the loop lets it: Asterisk ends a session whose socket takes nothing for `writetimeout` (100 ms;
/// main/manager.c, main/iostream.c). The owner may destroy the connection from any callback. Loop's thread only.
class AmiConnection {
 public:
  struct Callbacks {
    /// A message, the banner, or a piece of bad input that was dropped; valid during the call.
    std::function<void(const ami::TextFramer::Piece& piece)> on_piece;
    /// The connection is over, or was never made; called once, never from inside the constructor or `flush`.
    /// `is_distrusted`: because of the server's certificate.
    std::function<void(std::string_view why, bool is_distrusted)> on_lost;
  };

  /// Begins to connect. Throws std::runtime_error where the TLS files cannot be used.
  AmiConnection(base::EventLoop& loop, const ServerConfig& server, Callbacks callbacks);
  ~AmiConnection();
  AmiConnection(const AmiConnection&) = delete;
  AmiConnection& operator=(const AmiConnection&) = delete;

  /// What is to be sent next: append to it, then `flush`.
  [[nodiscard]] std::string& output() noexcept;
  /// Begins to send what was appended. What the server does not take now goes out when it does.
  void flush();

 private:
  class Session;
  std::shared_ptr<Session> session_;  // outlives this while the kernel still has an operation of it
};

}  // namespace amibroker::link
