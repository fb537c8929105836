// SPDX-License-Identifier: Apache-2.0
//
// What lies between the broker and one server: three channels, each in order, and independent of one another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>

#include "tests/simulation/model_server.hpp"
#include "tests/simulation/world.hpp"

namespace amibroker::simulation {

/// The broker's end of a cable.
class CableEnd {
 public:
  /// `wire`: the number of the connection.
  virtual void connected(std::uint64_t wire) = 0;
  virtual void lost() = 0;
  virtual void event(const sim::Fields& event, std::uint64_t number) = 0;
  virtual void reply(std::uint64_t action_id, const Answer& answer) = 0;

 protected:
  ~CableEnd() = default;
};

/// How a cable treats its messages.
struct Quality {
  double slow_chance = 0;  ///< a message takes up to `slowest`
  Duration slowest{0};
  double event_loss = 0;
  double reply_loss = 0;
  double command_loss = 0;
  Duration service{0};                   ///< what the server needs for each action
  Duration longest_connect{Seconds(5)};  ///< now and then a connection takes so long
};

/// Events are lost while the broker is not subscribed, and what is under way when the connection breaks is lost as
/// well, but for some actions that the server had read already: these run before those of the next connection (or, if
/// the server was frozen, among them), and their replies go nowhere.
class Cable {
 public:
  Cable(World& world, ServerId id, ModelServer& server);
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;

  /// The broker starts and looks for the server, or, with nothing, was killed.
  void attach(CableEnd* end);

  /// Sends an action on that connection; its answer comes with this number, or never.
  void send(std::uint64_t wire, std::uint64_t action_id, const Action& action);

  /// The connection breaks now, and the broker sees it after `notice`. Nobody gets through before `mend`.
  void cut(Duration notice);
  void mend();
  [[nodiscard]] bool is_cut() const noexcept { return cut_; }

  /// The server's process stands still for so long, as after SIGSTOP: it carries out nothing, and nobody gets through.
  /// The broker sees it after `notice`, if that is sooner. What was sent to it before it is seen runs once it goes on,
  /// among what the next connection sends.
  void freeze(Duration length, Duration notice);
  [[nodiscard]] bool is_frozen() const noexcept { return world_.agenda.now() < frozen_until_; }

  /// The server's process ends, or is there again. A dead server takes what it had read with it.
  void server_died(Duration notice);
  void server_booted();
  [[nodiscard]] bool server_is_dead() const noexcept { return dead_; }

  [[nodiscard]] bool connected() const noexcept { return connected_; }
  /// Until when messages are under way.
  [[nodiscard]] Time busy_until() const noexcept { return std::max({commands_, replies_, events_}); }

  Quality quality;

 private:
  void carry_out(std::uint64_t action_id, const Action& action, std::uint64_t wire, std::uint64_t process);
  void break_wire(Duration notice);
  void notice(std::uint64_t wire);
  void connect_soon();
  void connect(std::uint64_t attempt);
  void come_up(std::uint64_t wire);
  void publish(sim::Fields event, std::uint64_t number);
  void in_order(Time& channel, Duration service, std::function<void()> task);
  void say(std::string_view what) const;

  World& world_;
  ServerId id_;
  ModelServer& server_;
  CableEnd* end_ = nullptr;
  Duration usual_delay_;  ///< at most, for a message that is not slow
  bool dead_ = false;
  bool cut_ = false;
  bool connected_ = false;  ///< as the broker sees it
  bool subscribed_ = false;
  bool whole_ = false;      ///< the wire carries messages
  std::uint64_t wire_ = 0;  ///< number of the connection
  std::uint64_t attempt_ = 0;
  std::uint64_t process_ = 0;               ///< number of the server's process
  Time commands_{}, replies_{}, events_{};  ///< when the last message of each channel arrives
  Time frozen_until_{};
  std::uint64_t late_wire_ = 0;
  Time late_{};  ///< when the last command that waited for the end of a freeze is carried out
};

}  // namespace amibroker::simulation
