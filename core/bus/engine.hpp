// SPDX-License-Identifier: Apache-2.0
//
// What carries messages between machines, and how its library shows itself to the daemon: one plain-C symbol. Daemon
// and engines come from one build; nobody else has engines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "amibroker/version.hpp"
#include "core/bus/settings.hpp"

namespace amibroker::cluster {

/// What an engine says. Called on its threads, from several at once; each call is short and waits for nothing.
class EngineListener {
 public:
  /// `reply`: where an answer is expected; empty: nowhere. Views are valid during the call; they hold anything.
  virtual void on_message(std::string_view subject, std::string_view reply, std::string_view payload) noexcept = 0;
  /// Nobody was there who could have answered the question with this subject for answers.
  virtual void on_nobody(std::string_view subject) noexcept = 0;
  /// Messages with a subject like this one were thrown away, because they came too fast.
  virtual void on_overflow(std::string_view subject, std::uint64_t count) noexcept = 0;
  /// The engine does not let us do something; the text says what.
  virtual void on_refused(std::string_view text) noexcept = 0;
  /// The connection is gone, and stays so until `Engine::connect`.
  virtual void on_closed(std::string_view why) noexcept = 0;

 protected:
  ~EngineListener() = default;
};

/// At most one connection. But for `close` all functions are called by one thread, which they may keep for some
/// seconds. Nothing is sent back that it sent itself. An engine lives until the process ends: threads of its library
/// may be on their way out of it.
class Engine {
 public:
  enum class Sent : std::uint8_t {
    yes,
    too_long,  ///< for this server of the engine
    no,        ///< the connection is gone
  };

  /// Connects, and subscribes to nothing yet. If it fails, `why` says it in words.
  [[nodiscard]] virtual bool connect(const Url& url, std::string& why) noexcept = 0;
  /// Once for each subject and connection. Tokens of the subject may be `*`, and its last one `>`.
  [[nodiscard]] virtual bool subscribe(const std::string& subject) noexcept = 0;
  /// Waits until the server has taken all that was sent. False if it does not.
  [[nodiscard]] virtual bool settle() noexcept = 0;
  [[nodiscard]] virtual Sent publish(const std::string& subject, const std::string& reply,
                                     std::string_view payload) noexcept = 0;
  /// Leaves the connection, if there is one; `connect` may follow.
  virtual void disconnect() noexcept = 0;
  /// Any thread: a `connect` that waits gives up soon. After it the listener is not called any more.
  virtual void close() noexcept = 0;

 protected:
  ~Engine() = default;
};

/// Why no engine could be made, always ended by a zero byte.
struct EngineFault {
  char text[512] = "";
};

/// What the exported symbol points to; the members are checked in this order.
struct EngineDescriptor {
  std::uint32_t size;       ///< sizeof(EngineDescriptor)
  std::uint32_t abi;        ///< engine_abi
  const char* fingerprint;  ///< build_fingerprint
  const char* version;      ///< what it is and what it uses: "nats (libnats 3.4.1)"
  /// Null if it cannot be, files of `access` that cannot be used included. `access` is copied, the listener lives until
  /// `close`.
  Engine* (*create)(const Access& access, const char* client_name, EngineListener& listener,
                    EngineFault& fault) noexcept;
};

inline constexpr std::uint32_t engine_abi = 1;
/// `extern "C" const EngineDescriptor amibroker_bus_engine`.
inline constexpr char engine_symbol[] = "amibroker_bus_engine";

}  // namespace amibroker::cluster
