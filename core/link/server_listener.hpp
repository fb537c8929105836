// SPDX-License-Identifier: Apache-2.0
//
// What the servers say, and what may be asked of them. Everything here happens on the loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "amibroker/action.hpp"
#include "amibroker/host.hpp"
#include "amibroker/reply.hpp"
#include "core/ami/codec.hpp"
#include "core/link/interest.hpp"

namespace amibroker::link {

/// Who asked for an action: the dispatcher's number of a handler. The servers only carry it.
using Owner = std::uint32_t;

/// What a server says of itself once it is up. Valid during the call.
struct Identity {
  std::string_view asterisk_version;  ///< as CoreSettings says it, `22.1.0` for instance; cut to 80 bytes
  std::string_view system_name;       ///< of asterisk.conf, often empty; cut to 80 bytes
};

/// Hears of all that happens on the servers: implemented by the dispatcher.
class ServerListener {
 public:
  /// An event arrived. `frame.name()` is known; the rest is decoded only if somebody asks for it.
  virtual void on_event(ServerId server, ami::EventFrame& frame) = 0;
  /// An action ended; called once for each request.
  virtual void on_answer(ServerId server, Owner owner, const Completion& done, const Reply& reply) = 0;
  /// The server answers, or is out of reach. Never twice in a row for one server.
  virtual void on_up(ServerId server) = 0;
  virtual void on_down(ServerId server) = 0;
  /// Events of a server that is up were lost; `count`: at least so many, 0 if that is unknown. At most one call a
  /// round, after the round's events.
  virtual void on_events_lost(ServerId server, std::uint64_t count) = 0;
  /// A server that is up said who it is. Again after each time that it came up, if it answers the question.
  virtual void on_identified(ServerId server, const Identity& identity) = 0;

 protected:
  ~ServerListener() = default;
};

/// What the dispatcher asks of the servers: implemented by Servers.
class ServerAccess {
 public:
  /// Sends an action as soon as the server has room for it. The answer goes to ServerListener::on_answer, never from
  /// inside this call. `timeout` counts from the sending; before that, an action waits for its turn for a bounded time.
  /// Throws std::out_of_range for an id that was never given.
  virtual void request(ServerId server, const Action& action, std::chrono::milliseconds timeout, Owner owner,
                       Completion done) = 0;

  /// False also for an id that was never given.
  [[nodiscard]] virtual bool is_up(ServerId server) const noexcept = 0;

  /// Only these events are needed from now on, of all servers that are there or come later. A server is asked to send
  /// no others if it can; what comes all the same is handed over as before. Before the first call all events are
  /// needed.
  virtual void set_interest(const Interest& interest) = 0;

 protected:
  ~ServerAccess() = default;
};

}  // namespace amibroker::link
