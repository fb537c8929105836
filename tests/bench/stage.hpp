// SPDX-License-Identifier: Apache-2.0
//
// The fleet and the ledger together, with what every benchmark needs of them: wait until the broker is there, publish a
// change, run for a while, wait for what is missing. Every wait has an end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>

#include "tests/bench/fleet.hpp"
#include "tests/bench/ledger.hpp"

namespace amibroker::bench {

using Seconds = std::chrono::duration<double>;

class Stage final : private FleetListener {
 public:
  using OnWrite = std::function<void(std::size_t server, const Ledger::Write& write)>;

  /// `numbered`: see Fleet.
  Stage(std::size_t servers, std::size_t devices, bool numbered);

  Fleet& fleet() { return fleet_; }
  const Fleet& fleet() const { return fleet_; }
  Ledger& ledger() { return ledger_; }
  const Ledger& ledger() const { return ledger_; }
  void on_write(OnWrite action) { on_write_ = std::move(action); }

  /// Until all servers are connected; false when `limit` is over.
  bool wait_connected(Seconds limit);
  /// Until all servers are connected and the broker has no more questions of its own; false when `limit` is over.
  bool wait_ready(Seconds limit);
  /// Publishes the next state of `device` on its server.
  void change(DeviceNumber device);
  void run_until(Clock::time_point end);
  void run_for(Seconds time) { run_until(Clock::now() + std::chrono::duration_cast<Clock::duration>(time)); }
  /// Until no write is missing, or none has come for `stall`.
  void drain(Seconds stall);

 private:
  void on_setvar(std::size_t server, std::string_view variable, std::string_view value) override;
  std::size_t list_devices(std::size_t server, std::string_view action_id, std::string& items) override;

  Fleet fleet_;
  Ledger ledger_;
  OnWrite on_write_;
  std::string event_;
};

/// Work, time and CPU between two moments.
class Window {
 public:
  Window(pid_t broker, std::uint64_t units);
  void close(std::uint64_t units);

  double seconds() const { return seconds_; }
  std::uint64_t units() const { return units_; }
  double broker_cpu() const { return broker_cpu_; }
  double peer_cpu() const { return peer_cpu_; }

 private:
  pid_t broker_;
  Clock::time_point began_;
  double seconds_ = 0;
  std::uint64_t units_;
  double broker_cpu_;
  double peer_cpu_;
};

}  // namespace amibroker::bench
