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
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "tests/simulator/actions.hpp"
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
  bool subscribed = false;
  bool asked = false;  ///< an action came since the start
};

class ServerCore {
 public:
  /// Throws as Endpoint does.
  ServerCore(std::size_t index, ServerOptions options, Signal& signal);

  // --- the fleet's thread only ---

  void start(zmq::context_t& context);
  void begin_death();
  void begin_restart();
  /// Works on what has arrived, at most a batch. True where more may be waiting.
  [[nodiscard]] bool work(Observer* observer);
  /// When `on_time` wants to be called, if at all.
  [[nodiscard]] std::optional<Clock::time_point> due() const;
  void on_time(zmq::context_t& context, Clock::time_point now, Observer* observer);

  void set_device(std::string_view device, DeviceState state, Observer* observer);
  void set_presence(std::string_view presentity, const Presence& presence);
  void publish(const Fields& event);
  void publish_raw(const std::vector<std::string>& frames);
  void publish_load_zmq();

  [[nodiscard]] Endpoint& endpoint() noexcept { return endpoint_; }
  [[nodiscard]] Faults& faults() noexcept { return faults_; }
  /// Goes up with each opening and closing, so that the fleet watches the right descriptors.
  [[nodiscard]] unsigned generation() const noexcept { return generation_; }

  // --- any thread ---

  [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  mutable std::mutex mutex;
  SharedState shared;  ///< guarded by `mutex`

 private:
  struct Reply {
    Request request;
    std::vector<std::string> frames;
  };

  void set_life(Life life);
  void live_on(zmq::context_t& context, Clock::time_point now);
  void accept(Request request, Observer* observer);
  void carry_out(const Request& request, Observer* observer);
  ActionResult run(const std::string& body, Observer* observer);
  void answer(const Request& request, ActionResult& result);
  void send_reply(const Reply& reply);
  void publish_all(const std::vector<Fields>& events);
  void send_event(const std::string& frame);

  const std::size_t index_;
  const ServerOptions options_;
  Signal& signal_;
  Endpoint endpoint_;
  Faults faults_;
  unsigned generation_ = 0;
  std::uint64_t sequence_ = 0;  // of the last event of our module

  // A REP answers one action before it takes the next: while one of these is held, nothing is received.
  std::optional<Request> waiting_;  // not carried out yet
  std::optional<Reply> late_;       // carried out, not answered yet
  Clock::time_point held_until_{};
  std::optional<Clock::time_point> announce_at_;
  std::optional<Clock::time_point> retry_at_;  // of closing and opening ports
  bool restart_wanted_ = false;
};

}  // namespace amibroker::sim
