// SPDX-License-Identifier: Apache-2.0
//
// One connection of the doctor to one server.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/action.hpp"
#include "core/base/event_loop.hpp"
#include "core/doctor/case.hpp"
#include "core/link/resolver.hpp"
#include "core/link/transport.hpp"

namespace amibroker::doctor {

/// How far a connection has come.
enum class Stage : std::uint8_t {
  resolving,
  connecting,
  connected,  ///< the server accepted it, and has said nothing so far
  greeted,    ///< it has said something
  ready,      ///< it carries actions: logged in, if that is needed
};

/// Comes as far as it can within the limits of each stage, and remembers where it ended. It tries once: what hinders it
/// is what the doctor wants to know. Loop's thread.
class Contact final : private link::WireListener {
 public:
  /// The answer to an action; its messages are valid during the call.
  using Heard = std::function<void(std::span<const Message> messages)>;

  struct Callbacks {
    std::function<void()> changed;                         ///< it came to another stage, or to its end
    std::function<void(const Message& event)> on_event{};  ///< of a name that `wanted` says
    std::vector<std::string> wanted{};
  };

  /// Begins with the look-up. All that is referred to outlives it; a `changed` may come at any turn of the loop after
  /// this.
  Contact(base::EventLoop& loop, link::Resolver& resolver, link::Transport& transport, link::ServerConfig config,
          const Limits& limits, Callbacks callbacks);
  ~Contact();
  Contact(const Contact&) = delete;
  Contact& operator=(const Contact&) = delete;

  [[nodiscard]] Stage stage() const noexcept { return stage_; }
  /// It can get no further.
  [[nodiscard]] bool over() const noexcept { return over_; }
  /// Why it is over; nothing if a stage took too long, or if it was closed.
  [[nodiscard]] const std::optional<link::Loss>& loss() const noexcept { return loss_; }
  [[nodiscard]] const std::string& resolve_error() const noexcept { return resolve_error_; }
  [[nodiscard]] const std::vector<std::string>& addresses() const noexcept { return addresses_; }
  /// The first that the server said, as it was sent, cut; of ours or not.
  [[nodiscard]] const std::string& greeting() const noexcept { return greeting_; }
  [[nodiscard]] const link::ServerConfig& config() const noexcept { return config_; }

  /// Sends an action, which must be fit to be sent. Only when it is ready; once it is over nothing happens.
  void ask(const Action& action, Heard heard);
  /// No answer is under way.
  [[nodiscard]] bool all_answered() const noexcept { return asked_.empty(); }

  /// Ends it; nothing is called any more.
  void close() noexcept;

 private:
  void connect_to(const link::Resolver::Found& found);
  void reach(Stage stage);
  void wait_for(Limits::Time limit);
  void end(std::optional<link::Loss> loss);

  // WireListener
  void on_connected() override { reach(Stage::connected); }
  void on_ready() override { reach(Stage::ready); }
  void on_event(ami::EventFrame& frame) override;
  void on_answer(std::optional<std::uint64_t> id, std::span<const Message> messages) override;
  void on_progress() override {}
  void on_bad(std::string_view, std::string_view) override {}
  void on_events_lost(std::uint64_t) override {}
  void on_flush_wanted() override;
  void on_notice(std::string_view) override {}
  void on_traffic(std::string_view direction, std::string_view text) override;
  void on_lost(const link::Loss& loss) override { end(loss); }

  base::EventLoop& loop_;
  link::Resolver& resolver_;
  link::Transport& transport_;
  link::ServerConfig config_;
  Limits limits_;
  Callbacks callbacks_;
  Stage stage_ = Stage::resolving;
  bool over_ = false;
  std::optional<link::Loss> loss_;
  std::string resolve_error_;
  std::vector<std::string> addresses_;
  std::string greeting_;
  link::Resolver::Ticket ticket_ = 0;
  base::TimerHandle timer_ = 0;
  base::TimerHandle flush_ = 0;
  std::uint64_t last_id_ = 0;
  std::deque<std::pair<std::uint64_t, Heard>> asked_;
  std::unique_ptr<link::Wire> wire_;
};

}  // namespace amibroker::doctor
