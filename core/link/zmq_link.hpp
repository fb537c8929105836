// SPDX-License-Identifier: Apache-2.0
//
// One Asterisk server that has the ZeroMQ module.
#pragma once

#include <boost/circular_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/backoff.hpp"
#include "core/base/log_limit.hpp"
#include "core/link/event_filter.hpp"
#include "core/link/in_flight.hpp"
#include "core/link/link.hpp"
#include "core/link/server_config.hpp"
#include "core/link/zmq_connection.hpp"
#include "core/link/zmq_fleet.hpp"

namespace amibroker::link {

/// Keeps one server connected and carries its events, actions and replies.
///
/// A server is up once both sockets are connected and a Ping came back with our ActionID; it is down once a socket
/// is lost or a Ping stays without an answer. After that a new connection is made, with a growing wait between two
/// attempts. Where the server can tell events apart by their names, it is asked for those that are wanted alone (see
/// EventFilter). Actions are sent at the end of the round that asked for them; at most `window` are under way, up to
/// `queue_limit` more wait for their turn.
class ZmqLink final : public Link, private FleetMember {
  using Clock = std::chrono::steady_clock;

 public:
  static constexpr std::size_t window = 1024;
  static constexpr std::size_t queue_limit = 10'000;

  /// `config.transport` is Transport::zmq.
  ZmqLink(ZmqFleet& fleet, ServerId id, ServerConfig config);
  ~ZmqLink() override;

  void start(LinkListener& listener) override;
  void stop() override;
  [[nodiscard]] ServerId id() const noexcept override { return id_; }
  [[nodiscard]] bool up() const noexcept override { return state_ == State::up; }
  [[nodiscard]] Clock::time_point since() const noexcept override { return since_; }
  [[nodiscard]] const LinkCounters& counters() const noexcept override { return counters_; }
  void request(const Action& action, std::chrono::milliseconds timeout, Owner owner, Completion done) override;
  void set_interest(const Interest& interest) override;

 private:
  enum class State : std::uint8_t { stopped, waiting, connecting, up };
  /// What the log has said since the server was up.
  enum class Told : std::uint8_t { nothing, is_down, remedy };

  /// An action that waits for the end of the round, or for room in the window.
  struct Waiting {
    Pending pending;
    zmq::message_t json;
  };
  class Frame;

  void tick(Clock::time_point now) override;
  void end_round() override;
  void connect();
  void lose(std::string_view why, std::string_view remedy = {});
  void fail_actions();
  void came_up(std::span<const Message> ping);
  void send_internal(const Action& action, Completion done, Clock::time_point deadline);
  void ping();
  void ask_identity();
  void send_now(Pending&& pending, zmq::message_t json);
  void act_at_end_of_round();
  void send_waiting();
  void tell_loss();
  void adjust_subscriptions();
  void expire(Clock::time_point now);
  void finish(Pending& pending, const Reply& reply);
  void finish_later(Owner owner, Completion done, Outcome outcome, std::string text);
  void on_event(std::string_view frame);
  void on_reply(std::string_view frame);
  void answer(Pending& pending, std::span<const Message> messages);
  void drop(std::string_view what, std::string_view why, std::uint64_t& counter);
  void trace(std::string_view direction, std::string_view json) const;

  [[nodiscard]] base::EventLoop& loop() noexcept { return fleet_.all().loop(); }
  [[nodiscard]] const LinkTimings& timings() const noexcept { return fleet_.all().timings(); }

  ZmqFleet& fleet_;
  ServerId id_;
  ServerConfig config_;
  std::string label_;  // how logs call this server
  LinkListener* listener_ = nullptr;
  State state_ = State::stopped;
  Clock::time_point since_{};  // the last change of `up()`
  Told told_ = Told::nothing;
  std::unique_ptr<ZmqConnection> connection_;
  base::Backoff backoff_;
  Clock::time_point next_step_{};  // end of the wait, or of the attempt
  Clock::time_point next_ping_{};
  std::optional<Clock::time_point> ping_deadline_;
  bool heard_ = false;  // an answer came since the last tick
  InFlightTable in_flight_;
  boost::circular_buffer<Waiting> waiting_;  ///< grows to what was needed once, and costs no memory call after that
  bool acts_at_end_of_round_ = false;
  std::uint64_t last_action_id_ = 0;
  base::LogLimit bad_input_limit_{std::chrono::minutes(1)};
  EventFilter filter_;
  bool old_module_told_ = false;
  base::LogLimit loss_limit_{std::chrono::minutes(1)};
  LinkCounters counters_;
};

}  // namespace amibroker::link
