// SPDX-License-Identifier: Apache-2.0
//
// One run of asterisk-sim: fleet, broker, calls, verdict.
#pragma once

#include <memory>
#include <vector>

#include "tests/simulator/app/agreement.hpp"
#include "tests/simulator/app/broker_process.hpp"
#include "tests/simulator/app/display.hpp"
#include "tests/simulator/app/interrupts.hpp"
#include "tests/simulator/app/journal.hpp"
#include "tests/simulator/app/options.hpp"
#include "tests/simulator/call_generator.hpp"
#include "tests/simulator/fleet.hpp"
#include "tests/simulator/latency_meter.hpp"

namespace amibroker::sim::app {

/// Used once, on the main thread, which has no other thread before.
class Simulation {
 public:
  /// Starts the servers and the broker. Throws std::exception if that fails.
  explicit Simulation(const Options& options);

  /// Waits for the broker, makes calls, prints the result. Throws std::exception if the broker's log cannot be copied.
  [[nodiscard]] ExitCode run();

 private:
  enum class Connection { made, interrupted, missing };

  [[nodiscard]] std::string config() const;
  [[nodiscard]] Connection wait_for_broker();
  [[nodiscard]] ExitCode explain_missing_broker();
  [[nodiscard]] std::vector<std::string> register_phones();
  [[nodiscard]] ExitCode play();
  void inject();
  void make_calls();
  void show(std::chrono::milliseconds elapsed);
  [[nodiscard]] bool broker_ended() { return broker_ && broker_->ended(); }
  [[nodiscard]] ExitCode report_end_of_broker();
  [[nodiscard]] ExitCode conclude(const std::vector<std::string>& disagreements);
  [[nodiscard]] std::vector<std::string> wait_for_agreement();
  void print_figures(bool agree);
  void print_disagreements(const std::vector<std::string>& disagreements);

  Interrupts interrupts_;  // before all threads
  const Options options_;
  const std::vector<Fields> injected_;  // of --inject
  const std::vector<Phone> phones_;
  LatencyMeter meter_;
  Journal journal_;
  Fleet fleet_;
  Display display_;
  std::unique_ptr<BrokerProcess> broker_;
};

/// The config for a broker that is started by hand: the servers' ports are `base_port` and the ones that follow.
[[nodiscard]] std::string config_for(const Options& options);

}  // namespace amibroker::sim::app
