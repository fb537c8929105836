// SPDX-License-Identifier: Apache-2.0
//
// When the changes and the faults of a run happen.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "tests/simulation/fleet_model.hpp"
#include "tests/simulation/world.hpp"

namespace amibroker::simulation {

/// The agenda refers to it, so it lives until the end of the run.
class FaultPlan {
 public:
  FaultPlan(World& world, FleetModel& fleet) : world_(world), fleet_(fleet), random_(world.plan) {}
  FaultPlan(const FaultPlan&) = delete;
  FaultPlan& operator=(const FaultPlan&) = delete;

  /// Starts the broker or brokers, and puts the changes and faults of the scenario on the agenda.
  void begin();

  /// How long changes and faults go on.
  [[nodiscard]] Duration duration() const { return first_moment() + world_.scenario.active; }

  /// Whether this server went for good.
  [[nodiscard]] bool is_lost(std::size_t id) const { return lost_ == id; }

  /// Ends all faults but that of a server that stays away: connections can be made, servers boot, the brokers run.
  void end();

 private:
  [[nodiscard]] bool has(Fault fault) const { return world_.scenario.faults.has(fault); }
  [[nodiscard]] Duration first_moment() const;
  [[nodiscard]] Duration moment();
  [[nodiscard]] Duration outage();
  void at(Duration time, std::function<void()> task) { world_.agenda.at(Agenda::start + time, std::move(task)); }
  void some(Fault fault, int most, void (FaultPlan::*task)());

  void set_qualities();
  void preset_states();
  void come_late(std::size_t id);
  void plan_change();
  void restart_server();
  void partition();
  void slow_down();
  void refuse();
  void restart_broker();
  void stop_broker();
  void replicate();
  void configure_later();
  void reconfigure();
  void freeze();
  void flood();
  void lose_for_good();
  void boot_without_end();

  World& world_;
  FleetModel& fleet_;
  Random& random_;
  int floods_ = 0;
  std::optional<std::size_t> lost_;  ///< the server that does not come back
};

}  // namespace amibroker::simulation
