// SPDX-License-Identifier: Apache-2.0
//
// One simulated server as its fleet's thread sees it: sockets, faults, and the state that other threads may look at
// under `mutex`. Private to the fleet; tests use Server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>
#include <zmq.hpp>

#include "tests/simulator/actions.hpp"
#include "tests/simulator/ami_endpoint.hpp"
#include "tests/simulator/asterisk.hpp"
#include "tests/simulator/endpoint.hpp"
#include "tests/simulator/faults.hpp"
#include "tests/simulator/observer.hpp"
#include "tests/simulator/server.hpp"
#include "tests/simulator/signal.hpp"

namespace amibroker::sim {

enum class Life : std::uint8_t { alive, dying, dead };

/// What other threads may read under the lock; written by the fleet's thread only.
struct SharedState {
  Asterisk asterisk;
  ServerCounters counters{};
  std::vector<Write> history{};
  Life life = Life::dead;
  std::set<std::string> topics{};  ///< that somebody subscribed to
  bool asked = false;              ///< an action came since the start
  AmiState ami{};                  ///< of a native server
};

/// Gives each event the numbers that our module would give it, whether it gets lost or not.
class EventNumbering {
 public:
  [[nodiscard]] EventNumbers next(const Fields& event);

 private:
  struct OfName {
    std::uint64_t count = 0;
    std::uint64_t last = 0;
  };
  std::uint64_t sequence_ = 0;
  std::map<std::string, OfName, std::less<>> names_;
};

class ServerCore {
 public:
  /// Throws as Endpoint does.
  ServerCore(std::size_t index, ServerOptions options, Signal& signal);

  // --- the fleet's thread only ---

  void start(zmq::context_t& context);
  void begin_death();
  void begin_restart();
  /// Works on what has arrived, at most a batch. True if more may be waiting.
  [[nodiscard]] bool work(Observer* observer);
  /// When `on_time` wants to be called, if at all.
  [[nodiscard]] std::optional<Clock::time_point> due() const;
  void on_time(zmq::context_t& context, Clock::time_point now, Observer* observer);

  void set_device(std::string_view device, DeviceState state, Observer* observer);
  void set_presence(std::string_view presentity, const Presence& presence);
  void set_mailbox(std::string_view mailbox, const MessageCounts& counts);
  void publish(const Fields& event);
  void publish_raw(const std::vector<std::string>& frames);
  void publish_load_zmq();

  /// The wire that it speaks; the other one is null.
  [[nodiscard]] Endpoint* zmq() noexcept { return zmq_ ? &*zmq_ : nullptr; }
  [[nodiscard]] AmiEndpoint* ami() noexcept { return ami_ ? &*ami_ : nullptr; }
  /// Lets other threads see what the manager interface has become.
  void show_ami();
  /// What the fleet is to wait for.
  [[nodiscard]] std::vector<int> descriptors();
  [[nodiscard]] Faults& faults() noexcept { return faults_; }
  /// Goes up with each opening and closing, so that the fleet watches the right descriptors.
  [[nodiscard]] unsigned generation() const noexcept { return generation_; }

  // --- any thread ---

  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  mutable std::mutex mutex;
  SharedState shared;  ///< guarded by `mutex`

 private:
  using Incoming = std::variant<Request, AmiRequest>;
  struct Reply {
    Incoming request;
    std::vector<std::string> frames;
  };

  void set_life(Life life);
  void live_on(zmq::context_t& context, Clock::time_point now);
  [[nodiscard]] bool is_open() const;
  [[nodiscard]] std::optional<Incoming> receive();
  [[nodiscard]] bool has_more();
  void accept(Incoming request, Observer* observer);
  void carry_out(const Incoming& request, Observer* observer);
  ActionResult run(const Incoming& request, Observer* observer);
  void answer(const Incoming& request, ActionResult& result);
  [[nodiscard]] std::vector<std::string> frames_of(const ActionResult& result) const;
  void send_reply(const Reply& reply);
  void publish_all(const std::vector<Fields>& events);
  template <class Send>
  void send_event(std::string_view name, Send send);

  const std::size_t index_;
  const ServerOptions options_;
  Signal& signal_;
  std::optional<Endpoint> zmq_;
  std::optional<AmiEndpoint> ami_;
  Faults faults_;
  unsigned generation_ = 0;
  EventNumbering numbering_;  // of our module

  // A REP answers one action before it takes the next: while one of these is held, nothing is received. So it is on a
  // native server, which is enough for one broker.
  std::optional<Incoming> waiting_;  // not carried out yet
  std::optional<Reply> late_;        // carried out, not answered yet
  Clock::time_point held_until_{};
  std::optional<Clock::time_point> announce_at_;
  std::optional<Clock::time_point> retry_at_;  // of closing and opening ports
  bool restart_wanted_ = false;
};

}  // namespace amibroker::sim
