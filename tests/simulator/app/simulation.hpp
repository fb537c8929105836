// SPDX-License-Identifier: Apache-2.0
//
// One run of asterisk-sim: fleet, brokers, calls, verdict.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/app/agreement.hpp"
#include "tests/simulator/app/brokers.hpp"
#include "tests/simulator/app/cut.hpp"
#include "tests/simulator/app/display.hpp"
#include "tests/simulator/app/interrupts.hpp"
#include "tests/simulator/app/journal.hpp"
#include "tests/simulator/app/options.hpp"
#include "tests/simulator/app/site_map.hpp"
#include "tests/simulator/call_generator.hpp"
#include "tests/simulator/fleet.hpp"
#include "tests/simulator/latency_meter.hpp"

namespace amibroker::sim::app {

/// Used once, on the main thread, which has no other thread before.
class Simulation {
 public:
  /// Starts the servers and the brokers. Throws std::exception if that fails.
  explicit Simulation(const Options& options);

  /// Waits for the brokers, makes calls, prints the result. Throws std::exception if their logs cannot be copied.
  [[nodiscard]] ExitCode run();

 private:
  enum class Connection { made, interrupted, missing };

  void start_brokers();
  [[nodiscard]] std::string config(std::size_t site, const std::optional<std::string>& url) const;
  [[nodiscard]] Connection wait_for_broker();
  [[nodiscard]] ExitCode explain_missing_broker();
  [[nodiscard]] std::vector<std::string> register_phones();
  [[nodiscard]] ExitCode play();
  void inject();
  void make_calls();
  [[nodiscard]] bool calls_end_within(Clock::time_point start, std::chrono::milliseconds time);
  void show(std::chrono::milliseconds elapsed);
  [[nodiscard]] std::vector<TableGroup> groups() const;
  [[nodiscard]] bool broker_ended() { return brokers_.ended().has_value(); }
  [[nodiscard]] ExitCode report_end_of_broker();
  [[nodiscard]] ExitCode conclude(const std::vector<std::string>& disagreements);
  [[nodiscard]] std::vector<std::string> wait_for_agreement();
  void print_figures(bool agree);
  void print_disagreements(const std::vector<std::string>& disagreements);

  Interrupts interrupts_;  // before all threads
  const Options options_;
  const std::vector<Fields> injected_;  // of --inject
  const std::vector<Phone> phones_;
  const SiteMap sites_;
  LatencyMeter meter_;
  Journal journal_;
  Fleet fleet_;
  Display display_;
  Brokers brokers_;
  std::optional<Cut> cut_;
};

/// The config for a broker that is started by hand: the servers' ports are `base_port` and the ones that follow.
[[nodiscard]] std::string config_for(const Options& options);

}  // namespace amibroker::sim::app
