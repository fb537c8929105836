// SPDX-License-Identifier: Apache-2.0
//
// The TCP or TLS connection to one manager interface, cut into messages.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/ami/text_framer.hpp"
#include "core/base/event_loop.hpp"
#include "core/link/native/access.hpp"
#include "core/link/native/tls.hpp"
#include "core/link/wire.hpp"

namespace amibroker::link::native {

/// Most bytes that may wait for a server to take them. What the window allows has some hundred KiB.
inline constexpr std::size_t max_output_bytes = std::size_t{16} << 20;

/// Made for one connection and thrown away with it.
///
/// It reads as fast as the loop lets it: Asterisk ends a session whose socket takes nothing for `writetimeout` (100 ms;
/// main/manager.c, main/iostream.c). While many answers are due it lets them gather for a moment, see `answers_due`.
/// Closed or destroyed it calls nobody any more, and its owner may do either from any callback. Loop's thread only.
class Connection {
 public:
  struct Callbacks {
    /// The TCP connection is made; TLS comes after that.
    std::function<void()> on_connected;
    /// A message, the banner, or a piece of bad input that was dropped; valid during the call.
    std::function<void(const ami::TextFramer::Piece& piece)> on_piece;
    /// The connection is over, or was never made; called once, and never from inside another call.
    std::function<void(const Loss& loss)> on_lost;
  };
  struct Target {
    std::string address;  ///< a number
    std::uint16_t port;
    std::string host;  ///< what the certificate must be for
    std::optional<TlsAccess> tls;
  };

  /// Begins to connect. `loop` and `contexts` outlive the loop's last turn. Throws std::runtime_error if the address is
  /// none.
  Connection(base::EventLoop& loop, TlsContexts& contexts, const Target& target, Callbacks callbacks);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes bytes to be sent; `flush` begins to send them. False if too many wait already; then `on_lost` follows.
  [[nodiscard]] bool send(std::string_view bytes);
  void flush();
  /// So many answers are on their way. Asterisk sends each by itself, and to wake up for each of many costs both sides
  /// more than the work on it; so the more are due, the longer the next read waits: half a millisecond at most, and not
  /// at all for a few.
  void answers_due(std::size_t count);
  void close() noexcept;

  /// Reads so far, for tests.
  [[nodiscard]] std::uint64_t reads() const noexcept;

 private:
  class Stream;
  std::shared_ptr<Stream> stream_;  // outlives this while the kernel still has an operation of it
};

}  // namespace amibroker::link::native
