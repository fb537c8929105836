// SPDX-License-Identifier: Apache-2.0
//
// The measurements. Each drives the stage in its own way and fills a report.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/process_stats.hpp"
#include "tests/bench/stage.hpp"

namespace amibroker::bench {

struct Settings {
  std::string mode;
  std::size_t servers = 0;
  std::size_t devices = 0;
  bool numbered = false;             ///< see Fleet
  std::size_t outstanding = 0;       ///< changes that are under way at once
  std::size_t noise_per_marker = 0;  ///< events nobody wants between two device states
  std::size_t markers = 0;           ///< how many of these stretches a server may be ahead of the broker
  double rate = 0;                   ///< changes a second in the open loop
  double seconds = 0;
  double warmup = 0;
  double stall = 0;  ///< no write for so long: what is missing is lost
};

struct Latency {
  std::string name;
  std::size_t samples = 0;
  double median_us = 0;
  double p99_us = 0;
  double max_us = 0;
};

struct Report {
  std::optional<Window> window;
  std::vector<Latency> latencies;
  std::optional<Memory> memory;
};

/// As many changes as the broker can take, never more than `outstanding` under way; counts writes.
Report measure_actions(Stage& stage, const Settings& settings, pid_t broker);

/// As many events that nobody wants as the broker can take; counts those events. With `numbered` it gets them all, and
/// without it asks only for the others.
Report measure_noise(Stage& stage, const Settings& settings, pid_t broker);

/// `rate` changes a second; times from each change to each of its writes.
Report measure_latency(Stage& stage, const Settings& settings);

/// The same twice: with all servers, then with the last one dead; times of writes to the others only.
Report measure_dead(Stage& stage, const Settings& settings);

/// The broker starts, finds states on all servers that the others do not show, and writes them all; the time from its
/// connection to the last server until the last write, and its memory. The stage's devices are preset.
Report measure_resync(Stage& stage, const Settings& settings, pid_t broker);

/// Each device changes once, then the broker's memory is read.
Report measure_memory(Stage& stage, const Settings& settings, pid_t broker);

}  // namespace amibroker::bench
