// SPDX-License-Identifier: Apache-2.0
//
// One Asterisk server that is reached by its own manager interface.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/backoff.hpp"
#include "core/base/log_limit.hpp"
#include "core/link/ami_answers.hpp"
#include "core/link/ami_connection.hpp"
#include "core/link/ami_fleet.hpp"
#include "core/link/link.hpp"

namespace amibroker::link {

/// Keeps one session logged in and carries its events, actions and replies.
///
/// A server is up once the login was accepted, its filters were asked for, and a Ping behind them came back; it is down
/// once the connection is lost or a Ping stays without an answer while nothing else comes either. After that a new
/// connection is made, with a growing wait between two attempts, and a much longer one where the login or the
/// certificate was refused. Actions are sent at the end of the round that asked for them; at most `window` are under
/// way, up to `queue_limit` more wait.
class AmiLink final : public Link, private FleetMember {
  using Clock = std::chrono::steady_clock;

 public:
  /// Asterisk takes one action after the other, so more would only fill buffers.
  static constexpr std::size_t window = 512;
  static constexpr std::size_t queue_limit = 10'000;
  /// Of all lists under way: a list of 100,000 devices has about 10 MB.
  static constexpr std::size_t largest_lists_bytes = 64 * 1024 * 1024;

  /// `config.transport` is Transport::ami.
  AmiLink(AmiFleet& fleet, ServerId id, ServerConfig config);
  ~AmiLink() override;

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
  /// Why there is no session: each kind has its line in the log, and its wait before the next attempt.
  enum class Loss : std::uint8_t {
    connection,  ///< it is lost, or cannot be made
    refusal,     ///< one side does not trust the other: nothing changes until somebody changes it
    own_wish,
  };
  struct Waiting {
    Pending pending;
    std::string text;
  };
  class Frame;

  // Life of a session.
  void tick(Clock::time_point now) override;
  void connect();
  void lose(Loss kind, std::string_view why);
  void log_loss(Loss kind, std::string_view why, bool was_up);
  void fail_actions();
  void on_banner(std::string_view line);
  void log_in(const Reply& challenge);
  void send_login(const Action& login);
  void logged_in(const Reply& reply);
  void came_up();
  [[nodiscard]] Interest wanted() const;
  void ask_for_events();
  void ask_for_filters(const Interest& interest);
  void ping();
  void ask_identity();

  // Actions.
  void end_round() override;
  void act_at_end_of_round();
  void send(Pending&& pending, std::string_view text);
  void send_internal(const Action& action, Completion done);
  void expire(Clock::time_point now);
  void finish(Pending& pending, const Reply& reply);
  void finish_later(Owner owner, Completion done, Outcome outcome, std::string text);

  // Input.
  void on_piece(const ami::TextFramer::Piece& piece);
  void on_event(std::string_view text);
  void on_list_item(std::uint64_t action_id, std::string_view text);
  void on_reply(std::string_view text);
  void answer_list(AmiAnswers::Ended& list);
  void answer(Pending& pending, std::span<const Message> messages);
  void drop(std::string_view what, std::string_view why, std::uint64_t& counter);
  void trace(std::string_view direction, std::string_view text) const;

  [[nodiscard]] base::EventLoop& loop() noexcept { return fleet_.all().loop(); }
  [[nodiscard]] const LinkTimings& timings() const noexcept { return fleet_.all().timings(); }

  AmiFleet& fleet_;
  ServerId id_;
  ServerConfig config_;
  std::string label_;  // how logs call this server
  LinkListener* listener_ = nullptr;
  State state_ = State::stopped;
  Clock::time_point since_{};     // the last change of `up()`
  std::optional<Loss> reported_;  // the log says already that it is down, and why
  std::unique_ptr<AmiConnection> connection_;
  base::Backoff backoff_;
  base::Backoff login_backoff_;
  Clock::time_point next_step_{};  // end of the wait, or of the attempt
  Clock::time_point next_ping_{};
  std::optional<Clock::time_point> ping_deadline_;
  bool heard_ = false;  // something came since the last tick
  bool greeted_ = false;
  Interest interest_{.all = true};
  bool logged_in_ = false;
  std::string asked_mask_;                // of this session
  std::vector<std::string> asked_names_;  // for which this session was given filters, which it keeps for life
  bool told_unfiltered_ = false;          // the log says that the account may not filter
  AmiAnswers answers_{largest_lists_bytes};
  std::deque<Waiting> waiting_;
  bool acts_at_end_of_round_ = false;
  std::uint64_t last_action_id_ = 0;
  std::string text_;     // reused
  std::string refusal_;  // reused
  base::LogLimit bad_input_limit_{std::chrono::minutes(1)};
  LinkCounters counters_;
};

}  // namespace amibroker::link
