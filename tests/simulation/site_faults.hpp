// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong between sites, and when.
#pragma once

#include <cstddef>
#include <functional>

#include "tests/simulation/cluster.hpp"

namespace amibroker::simulation {

/// The agenda refers to it, so it lives until the end of the run.
class SiteFaults {
 public:
  explicit SiteFaults(Cluster& cluster) : cluster_(cluster), random_(cluster.plan()) {}
  SiteFaults(const SiteFaults&) = delete;
  SiteFaults& operator=(const SiteFaults&) = delete;

  /// How long the faults between sites, and those within each, go on.
  [[nodiscard]] Duration duration() const;

  /// Before any broker starts: puts the faults of the scenario on the agenda.
  void begin();
  /// Ends all faults between sites. Clocks stay wrong by the seconds by which they always are.
  void end();

  /// How often something happened that may have made sites take each other for lost, and that only.
  [[nodiscard]] std::size_t separations() const noexcept { return separations_; }

 private:
  [[nodiscard]] bool has(Fault fault) const { return cluster_.scenario().faults.has(fault); }
  [[nodiscard]] Duration moment() { return random_.between(Duration(0), duration()); }
  [[nodiscard]] Duration outage();
  [[nodiscard]] std::size_t some_site() { return random_.below(cluster_.size()); }
  [[nodiscard]] std::size_t some_machine();
  void some(Fault fault, int most, void (SiteFaults::*task)());
  void later(Duration delay, std::function<void()> task) { cluster_.clockwork().agenda.after(delay, std::move(task)); }

  void set_ways();
  void set_clocks();
  void cut_two();
  void cut_off_one();
  void take_engine();
  void kill_site();
  void stop_broker();
  void move_clock();
  void set_clock_far_off();
  void overflow();

  Cluster& cluster_;
  Random& random_;
  std::size_t separations_ = 0;
};

}  // namespace amibroker::simulation
