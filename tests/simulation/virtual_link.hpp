// SPDX-License-Identifier: Apache-2.0
//
// The broker's side of one server, with the rules of core/link: answers come in the order of the actions, time-outs and
// lost connections leave the outcome unknown.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "amibroker/host.hpp"
#include "tests/simulation/cable.hpp"
#include "tests/simulation/world.hpp"

namespace amibroker::simulation {

/// What a link tells its host, which knows the server by its number.
class LinkListener {
 public:
  virtual void link_up(ServerId server) = 0;
  virtual void link_down(ServerId server) = 0;
  virtual void link_event(ServerId server, const sim::Fields& event) = 0;
  virtual void link_lost_events(ServerId server, std::uint64_t count) = 0;
  virtual void link_done(const Completion& done, const Reply& reply) = 0;
  /// While the broker's process stands still, keeps a task until it goes on; false if it does not stand still.
  virtual bool keep_for_later(const std::function<void()>& task) = 0;

 protected:
  ~LinkListener() = default;
};

class VirtualLink final : private CableEnd {
 public:
  /// `id`: of the model server, which is the same in every life of the broker; `number`: what the host calls it.
  VirtualLink(World& world, ServerId id, ServerId number, Cable& cable, LinkListener& listener)
      : world_(world), id_(id), number_(number), cable_(cable), listener_(listener) {}
  VirtualLink(const VirtualLink&) = delete;
  VirtualLink& operator=(const VirtualLink&) = delete;

  void start() { cable_.attach(this); }

  /// As kill -9: nobody is told anything, and nothing comes back.
  void die() noexcept;

  /// The server is taken out of the configuration: what is under way ends, the host is told if it was up, and nothing
  /// comes any more.
  void retire();

  [[nodiscard]] ServerId id() const noexcept { return id_; }
  [[nodiscard]] bool up() const noexcept { return up_; }
  [[nodiscard]] bool retired() const noexcept { return retired_; }

  void request(const Action& action, Duration timeout, Completion done);

 private:
  struct Pending {
    std::uint64_t id;
    bool expired;          ///< nobody waits for its answer any more
    std::string variable;  ///< that a Setvar writes
    Completion done;
  };

  void connected(std::uint64_t wire) override;
  void lost() override;
  void event(const sim::Fields& event, std::uint64_t number) override;
  void reply(std::uint64_t action_id, const Answer& answer) override;

  void ping(std::uint64_t connection);
  void expire(std::uint64_t id);
  void give_up(const Pending& pending, Outcome outcome, std::string_view text);
  void note(const Action& action, Pending& pending);
  void check_one_write(std::string_view variable) const;
  void say(std::string_view what, const Action& action) const;

  World& world_;
  ServerId id_;
  ServerId number_;
  Cable& cable_;
  LinkListener& listener_;
  bool up_ = false;
  bool dead_ = false;
  bool retired_ = false;
  std::uint64_t last_id_ = 0;      ///< of an action
  std::uint64_t wire_ = 0;         ///< number of the cable's connection, as far as it was told
  std::uint64_t connection_ = 0;   ///< how many there were
  std::uint64_t ping_ = 0;         ///< id of the last Ping that is not answered; 0: none
  Time pinged_{};                  ///< when it was sent
  std::uint64_t last_number_ = 0;  ///< of an event; 0: none came on this connection
  std::deque<Pending> in_flight_;
};

}  // namespace amibroker::simulation
