// SPDX-License-Identifier: Apache-2.0
//
// One Asterisk server, however it is reached. Everything here happens on the loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "amibroker/action.hpp"
#include "amibroker/host.hpp"
#include "amibroker/reply.hpp"
#include "core/ami/codec.hpp"
#include "core/link/interest.hpp"

namespace amibroker::link {

/// Who asked for an action: the dispatcher's number of a handler. The link only carries it.
using Owner = std::uint32_t;

/// What a link counts since the start of the daemon. Each message that is not handled stands in exactly one counter.
struct LinkCounters {
  std::uint64_t events = 0;         ///< event frames received: those that the server was asked for
  std::uint64_t replies = 0;        ///< replies that matched an action
  std::uint64_t actions = 0;        ///< actions sent, Pings included
  std::uint64_t bad_frames = 0;     ///< dropped: no message could be read from it
  std::uint64_t late_replies = 0;   ///< answers to actions whose time was over
  std::uint64_t stray_replies = 0;  ///< answers to nothing that was asked
  std::uint64_t lost_replies = 0;   ///< actions that the server passed over
  std::uint64_t timeouts = 0;       ///< actions without an answer in time
  std::uint64_t connects = 0;       ///< times that the server came up
  std::uint64_t lost_events = 0;    ///< missing among the events asked for, by their numbers: at least so many
};

/// What a link tells: implemented by the dispatcher.
class LinkListener {
 public:
  /// An event arrived. `frame.name()` is known; the rest is decoded only when asked for.
  virtual void on_event(ServerId server, ami::EventFrame& frame) = 0;
  /// An action ended; called once for each request.
  virtual void on_reply(ServerId server, Owner owner, const Completion& done, const Reply& reply) = 0;
  /// The server answers, or is out of reach.
  virtual void on_up(ServerId server) = 0;
  virtual void on_down(ServerId server) = 0;
  /// Events of a server that is up were lost; `count`: at least so many, 0 where that is unknown. At most one call a
  /// round, after the round's events.
  virtual void on_events_lost(ServerId server, std::uint64_t count) = 0;

 protected:
  ~LinkListener() = default;
};

/// A connection that keeps itself up: it connects, watches, and connects again until `stop`.
class Link {
 public:
  virtual ~Link() = default;

  /// Begins to connect; tells `listener` from then on. The listener outlives the link.
  virtual void start(LinkListener& listener) = 0;
  /// Ends the connection; actions under way end with Outcome::unknown or not_sent.
  virtual void stop() = 0;

  [[nodiscard]] virtual ServerId id() const noexcept = 0;
  [[nodiscard]] virtual bool up() const noexcept = 0;
  /// When it came up, or went down; while it was never up, when it was started.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point since() const noexcept = 0;
  [[nodiscard]] virtual const LinkCounters& counters() const noexcept = 0;

  /// Sends an action, at once or when the window has room. The answer goes to LinkListener::on_reply, never from
  /// inside this call. `timeout` counts from now.
  virtual void request(const Action& action, std::chrono::milliseconds timeout, Owner owner, Completion done) = 0;

  /// Only these events are needed from now on. The link asks the server to send no others where it can; what comes all
  /// the same is handed over as ever. Before the first call all events are needed.
  virtual void set_interest(const Interest& interest) = 0;
};

}  // namespace amibroker::link
