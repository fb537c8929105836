// SPDX-License-Identifier: Apache-2.0
//
// The life of one server, over any wire.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/backoff.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/log_limit.hpp"
#include "core/link/action_encoder.hpp"
#include "core/link/requests.hpp"
#include "core/link/resolver.hpp"
#include "core/link/server_config.hpp"
#include "core/link/server_counters.hpp"
#include "core/link/server_listener.hpp"
#include "core/link/server_log.hpp"
#include "core/link/server_timings.hpp"
#include "core/link/transport.hpp"

namespace amibroker::link {

class Server;

/// What a Server needs from around it; implemented by Servers, which outlives it. Loop's thread.
class ServerContext {
 public:
  [[nodiscard]] virtual base::EventLoop& loop() noexcept = 0;
  /// Now, on a clock that stands still while the loop does not run: whatever holds the loop must not look like a server
  /// that does not answer.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point time() noexcept = 0;
  [[nodiscard]] virtual const ServerTimings& timings() const noexcept = 0;
  [[nodiscard]] virtual ServerListener& listener() noexcept = 0;
  [[nodiscard]] virtual Resolver& resolver() noexcept = 0;
  /// Which events are needed of all servers.
  [[nodiscard]] virtual const Interest& interest() const noexcept = 0;
  /// Calls `end_round` at the end of this round, once for each call of this function.
  virtual void at_end_of_round(Server& server) = 0;
  /// Destroys a wire once no call of it can be under way.
  virtual void discard(std::unique_ptr<Wire> wire) = 0;
  /// The server said who it is.
  virtual void identified(Server& server, const Identity& identity) = 0;

 protected:
  ~ServerContext() = default;
};

/// Keeps one server connected and carries its events, actions and answers.
///
/// A server is up once its wire is ready and a Ping was answered with our ActionID; it is down once the wire is lost,
/// or if a Ping stays without an answer while little else comes either. After that a new wire is made, with a growing
/// wait between two attempts, and a much longer one if the login or the certificate was refused. Actions are sent at
/// the end of the round that asked for them; at most the wire's window is under way, up to Requests::queue_limit more
/// wait.
class Server final : private WireListener {
  using Clock = std::chrono::steady_clock;

 public:
  /// The encoder is that of `transport`; both outlive the server.
  Server(ServerContext& context, ServerId id, ServerConfig config, Transport& transport, ActionEncoder& encoder);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Begins to connect, unless it was stopped before.
  void start();
  /// Ends the connection; actions under way end with Outcome::unknown or not_sent. Nothing happens after that.
  void stop();
  /// Reaches the server as `config` says from now on: down and up again, unless only its name for people changed.
  void change(ServerConfig config, Transport& transport, ActionEncoder& encoder);

  [[nodiscard]] ServerId id() const noexcept { return id_; }
  [[nodiscard]] const ServerConfig& config() const noexcept { return config_; }
  [[nodiscard]] bool up() const noexcept { return state_ == State::up; }
  [[nodiscard]] bool stopped() const noexcept { return state_ == State::stopped; }
  /// When it came up, or went down; while it was never up, when it was made.
  [[nodiscard]] Clock::time_point since() const noexcept { return since_; }
  [[nodiscard]] const ServerCounters& counters() const noexcept { return counters_; }
  /// What it is asked: how much is under way, and how long it takes.
  [[nodiscard]] const Requests& requests() const noexcept { return requests_; }

  /// Why it went down.
  struct LastLoss {
    Clock::time_point at;
    std::string why;  ///< as the server or the system said it: not fit for a log as it is
  };
  /// The last time that it was up and went down. If an attempt since then was refused, or if it was never up, why the
  /// last such attempt failed: that says more than what was before. Nothing if neither happened.
  [[nodiscard]] const std::optional<LastLoss>& last_loss() const noexcept { return last_loss_; }

  /// See ServerAccess::request.
  void request(const Action& action, std::chrono::milliseconds timeout, Owner owner, Completion done);
  /// The interest of all servers changed.
  void want(const Interest& interest, bool is_more);

  /// Whether each message is logged from now on, over connections too; with `ServerConfig::trace` each always is.
  void show_traffic(bool on);

  /// Looks at everything that depends on time.
  void tick();
  /// Does what was put off to the end of the round.
  void end_round();

 private:
  enum class State : std::uint8_t { made, stopped, waiting, resolving, connecting, up };

  // Attempts (server.cpp).
  void connect();
  void connect_to(const Resolver::Found& found);
  void give_up_attempt();
  void came_up();
  void lose(const Loss& loss);
  void note_loss(const Loss& loss, bool was_up, Clock::time_point now);
  void drop_wire();
  void fail_actions();
  [[nodiscard]] std::chrono::milliseconds wait_after(const Loss& loss, bool was_steady);
  [[nodiscard]] bool named() const;

  // While it is up, and what it is asked (server_life.cpp).
  void watch(Clock::time_point now);
  void ping();
  void pinged(const Reply& reply);
  void settle_doubt();
  void ask_identity();
  void ask_own(const Action& action, Completion done);
  void act_at_end_of_round();
  void send_waiting();
  [[nodiscard]] bool stands_still() const;
  void finish(Owner owner, const Completion& done, const Reply& reply);
  void finish_later(Owner owner, Completion done, Outcome outcome, std::string text);

  // WireListener (server_life.cpp).
  void on_connected() override;
  void on_ready() override;
  void on_event(ami::EventFrame& frame) override;
  void on_answer(std::optional<std::uint64_t> id, std::span<const Message> messages) override;
  void on_progress() override;
  void on_bad(std::string_view what, std::string_view why) override;
  void on_events_lost(std::uint64_t count) override;
  void on_flush_wanted() override;
  void on_notice(std::string_view text) override;
  void on_traffic(std::string_view direction, std::string_view text) override;
  void on_lost(const Loss& loss) override;

  [[nodiscard]] const ServerTimings& timings() const noexcept { return context_.timings(); }

  ServerContext& context_;
  ServerId id_;
  ServerConfig config_;
  Transport* transport_;
  ActionEncoder* encoder_;
  ServerLog log_;
  State state_ = State::made;
  Clock::time_point since_;  // the last change of `up()`
  std::unique_ptr<Wire> wire_;
  Resolver::Ticket look_up_ = 0;
  bool shows_traffic_ = false;
  bool connected_ = false;
  bool ready_ = false;
  base::Backoff backoff_;
  base::Backoff login_backoff_;
  Clock::time_point next_step_{};  // end of the wait (on the loop's clock), or of the attempt
  Clock::time_point next_ping_{};
  std::optional<Clock::time_point>
      doubt_;                      // events that were asked for late may be missing: from then on it can be told
  bool is_more_in_doubt_ = false;  // more was asked for since, which may not be settled by then
  Clock::time_point next_doubt_{};
  std::optional<Clock::time_point> ping_deadline_;
  Clock::time_point last_ping_deadline_{};  // signs of life put it off no further
  ServerCounters counters_;
  std::optional<LastLoss> last_loss_;
  Requests requests_;
  bool acts_at_end_of_round_ = false;
  bool holds_back_ = false;  // something waits although the window has room: see ServerTimings::hold_after
  std::uint64_t last_action_id_ = 0;
};

}  // namespace amibroker::link
