// SPDX-License-Identifier: Apache-2.0
//
// One connection to one server, whatever is spoken on it. Knows nothing of attempts, Pings, windows and deadlines: see
// Server, which is around every wire.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "amibroker/message.hpp"
#include "core/ami/codec.hpp"
#include "core/link/encoded.hpp"
#include "core/link/interest.hpp"

namespace amibroker::link {

/// Why there is no connection.
struct Loss {
  enum class Kind : std::uint8_t {
    connection,  ///< it is lost, or cannot be made: try again soon
    refusal,     ///< one side does not trust the other: nothing changes until somebody changes it, so try again late
    own_choice,  ///< what is wanted now needs a new wire: try again at once
  };
  Kind kind = Kind::connection;
  std::string why;          ///< a piece of a sentence about the server: "closed the connection"
  std::string remedy{};     ///< what to do, a sentence; empty if the reason does not tell
  bool encrypting = false;  ///< it happened while both sides agreed on the encryption of TLS
};

/// What a wire reports, on the loop's thread, never from inside its constructor. `send` and `want` call nothing but
/// on_traffic and on_flush_wanted, `flush` nothing but on_events_lost, on_notice and on_traffic. After `close` nothing
/// is called any more.
class WireListener {
 public:
  /// The server can be reached at this address: the connection is made, whatever becomes of it. At most once.
  virtual void on_connected() = 0;
  /// The wire carries actions from now on: it is connected, and logged in if that is needed. At most once.
  virtual void on_ready() = 0;
  /// `frame` lives during the call.
  virtual void on_event(ami::EventFrame& frame) = 0;
  /// The answer to an action: its first message, and the items of a list. `id`: as it was sent; nothing if the answer
  /// has none. `messages`: at least one; valid during the call.
  virtual void on_answer(std::optional<std::uint64_t> id, std::span<const Message> messages) = 0;
  /// A part of an answer came, so the server is working on it; the rest follows.
  virtual void on_progress() = 0;
  /// A message was dropped: `what` ("an event", "an answer", "a message") and why.
  virtual void on_bad(std::string_view what, std::string_view why) = 0;
  /// Events that were asked for are missing: at least `count` of them; 0 if it is unknown how many.
  virtual void on_events_lost(std::uint64_t count) = 0;
  /// The wire has something to do at the end of this round: call `flush` then.
  virtual void on_flush_wanted() = 0;
  /// Something that an administrator may want to know, each text once for a wire: a piece of a sentence about the
  /// server.
  virtual void on_notice(std::string_view text) = 0;
  /// Each message, if that is wanted: see Wire::show_traffic. `direction`: "->" to the server or "<-". Secrets are left
  /// out.
  virtual void on_traffic(std::string_view direction, std::string_view text) = 0;
  /// The connection is over, or was never made. At most once, and nothing is called after it.
  virtual void on_lost(const Loss& loss) = 0;

 protected:
  ~WireListener() = default;
};

/// Made for one connection and thrown away with it, so that nothing of a lost connection reaches the next one. Loop's
/// thread only. Never destroyed inside a call to its listener: `close` it there.
class Wire {
 public:
  virtual ~Wire() = default;

  /// Takes one action, which its own transport encoded; it goes out with the next `flush`, in the order of the calls.
  /// False if the connection takes nothing more; then on_lost follows soon. After on_ready only.
  [[nodiscard]] virtual bool send(const Encoded& action) = 0;
  /// Sends what `send` took. What the server does not take now goes out when it does. Once a round is enough.
  virtual void flush() = 0;
  /// Only these events are needed from now on. At any time.
  virtual void want(const Interest& interest) = 0;
  /// Whether on_traffic is called from now on; with `ServerConfig::trace` it always is. Asks for no more events. At any
  /// time.
  virtual void show_traffic(bool on) = 0;
  /// Ends the connection; the listener is not called any more, so it may be gone before the wire.
  virtual void close() noexcept = 0;
};

}  // namespace amibroker::link
