// SPDX-License-Identifier: Apache-2.0
//
// The actions of one server: those that wait for room, those under way, and what becomes of each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "amibroker/reply.hpp"
#include "core/base/histogram.hpp"
#include "core/link/encoded.hpp"
#include "core/link/in_flight.hpp"
#include "core/link/latency.hpp"
#include "core/link/request_queue.hpp"
#include "core/link/server_counters.hpp"
#include "core/link/server_listener.hpp"

namespace amibroker::link {

/// The one place that matches an answer to an action. Each action ends once. Knows no clock and no socket: time is an
/// argument, on the clock that Servers::time gives. Loop's thread.
class Requests {
  using Time = std::chrono::steady_clock::time_point;

 public:
  /// The server's own actions have this owner: Pings, and the question who it is.
  static constexpr Owner own = std::numeric_limits<Owner>::max();
  /// Most actions that may wait for room in the window; see RequestQueue.
  static constexpr std::size_t queue_limit = RequestQueue::limit;

  /// How an action ends: called once for each, never from inside `add`.
  using Finish = std::function<void(Owner owner, const Completion& done, const Reply& reply)>;
  /// A message from the server that fits nothing, for the log.
  using Drop = std::function<void(std::string_view why)>;
  /// Sends the action; false if the connection takes nothing more.
  using Send = std::function<bool(const Encoded& action)>;

  using New = NewRequest;

  Requests(ServerCounters& counters, Finish finish, Drop drop);

  /// A new connection: at most `window` actions are under way on it. Not while actions are left.
  void restart(std::size_t window);

  [[nodiscard]] bool full(Owner owner) const noexcept { return waiting_.full(owner); }
  [[nodiscard]] bool any_wait() const noexcept { return !waiting_.empty(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  [[nodiscard]] std::size_t under_way() const noexcept { return in_flight_.size(); }
  /// Most actions that may be under way on this connection, but for those of the server's own.
  [[nodiscard]] std::size_t window() const noexcept { return window_; }
  /// Of all answers on this connection, those to Pings and those that came late included.
  [[nodiscard]] const Latency& latency() const noexcept { return latency_; }

  /// An action that waits for its turn. It is given up if it was not sent at `give_up`. Not while full for its
  /// owner.
  void add(New&& request, Time give_up) { waiting_.push({std::move(request), give_up}); }
  /// Sends what waits, each owner's in order and the owners in turn, as far as the window has room.
  void send_waiting(Time now, const Send& send);
  /// Sends an action of the server's own now, past all that wait and past the window. False if it was not sent.
  [[nodiscard]] bool send_own(New&& request, Time now, const Send& send);

  /// An answer came. `takes_oldest`: without an id it belongs to the oldest action. True if it belonged to any.
  bool answer(std::optional<std::uint64_t> id, std::span<const Message> messages, bool takes_oldest, Time now);

  /// Ends what had no answer, or no turn, in time.
  void expire(Time now);
  /// Ends all: the connection is over.
  void fail_all();

  /// Actions that ended without an answer since the last one that was answered, in time or late; those of the server's
  /// own do not count. Nothing if there are none.
  struct Unanswered {
    Time since;
    std::size_t count;
  };
  [[nodiscard]] const std::optional<Unanswered>& unanswered() const noexcept { return unanswered_; }

  /// From sending to answer, of all answers in time since the start of the daemon.
  [[nodiscard]] const base::Histogram& durations() const noexcept { return durations_; }

 private:
  void end(Pending& pending, Outcome outcome, std::string_view text);
  void note_unanswered(const Pending& pending);
  void pass_over(Pending& pending);
  [[nodiscard]] bool send_now(New&& request, Time now, const Send& send);

  ServerCounters& counters_;
  Finish finish_;
  Drop drop_;
  std::size_t window_ = 0;
  base::Histogram durations_;
  InFlightTable in_flight_{1};
  RequestQueue waiting_;
  Time now_{};  // when this was last used
  std::optional<Unanswered> unanswered_;
  Latency latency_;
};

}  // namespace amibroker::link
