// SPDX-License-Identifier: Apache-2.0
//
// A plugin that breaks while phones are in use, and what that costs the lamps of the others.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/call_generator.hpp"
#include "tests/simulator/fleet.hpp"
#include "tests/simulator/latency_meter.hpp"
#include "tests/system/daemon.hpp"

namespace amibroker::system_test {

/// What the plugin `breaks` (plugins/breaks.cpp) does, and in which call.
struct Fault {
  std::string where;
  std::string how;
};

/// How it is seen from outside.
struct Ending {
  std::string says;           ///< this stands in the log
  std::optional<int> code{};  ///< with which the daemon ends; nothing: it goes on
  bool starts_anew = false;   ///< the plugin does, by itself
};

using Milliseconds = std::chrono::duration<double, std::milli>;

/// What it cost.
struct FaultCost {
  sim::LatencyFigures before;        ///< of the lamps, until the fault
  sim::LatencyFigures after;         ///< of the lamps, from the fault on
  std::optional<Milliseconds> back;  ///< from the fault until what broke runs again; nothing: nothing ended
  bool all_agree = false;            ///< all lamps are right in the end
  std::string line;                  ///< of the log, that says it
};

/// Two servers, 200 phones at each, and calls all the time. One run a object.
class FaultRun {
 public:
  struct Setup {
    std::string daemon;   ///< the program
    std::string library;  ///< breaks.so, of which the run makes a copy
    bool isolated = false;
    int hang_limit_s = 10;  ///< for a plugin in the daemon's own process
    double changes_a_second = 200;
  };
  FaultRun(Setup setup, Fault fault);
  ~FaultRun();
  FaultRun(const FaultRun&) = delete;
  FaultRun& operator=(const FaultRun&) = delete;

  /// Runs calls, lets the plugin break, waits until that has ended as it should, and until all is right again. Throws
  /// std::runtime_error, with the daemon's log, if it does not end like that.
  [[nodiscard]] FaultCost measure(const Ending& ending);
  [[nodiscard]] std::string log() const { return daemon_->output(); }

 private:
  void write_config(bool breaks);
  void start();
  void await_lamps(std::uint64_t more);
  void trigger();
  void await(const Ending& ending);
  [[nodiscard]] bool agree() const;
  [[noreturn]] void fail(const std::string& what) const;
  /// The fault's call comes at the start of the plugin, so a reload switches it on.
  [[nodiscard]] bool breaks_at_its_start() const;

  const Setup setup_;
  const Fault fault_;
  TemporaryFolder folder_;
  std::string plugin_file_;
  sim::LatencyMeter meter_{2};
  sim::Fleet fleet_;
  const std::vector<sim::Phone> phones_;
  std::unique_ptr<Daemon> daemon_;
  std::unique_ptr<sim::CallGenerator> calls_;
};

}  // namespace amibroker::system_test
