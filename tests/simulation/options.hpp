// SPDX-License-Identifier: Apache-2.0
//
// The command line of the simulation.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <vector>

#include "tests/simulation/faults.hpp"
#include "tests/simulation/scenario.hpp"

namespace amibroker::simulation {

struct RunOptions {
  std::uint64_t first = 1;
  std::uint64_t seeds = 1000;
  bool replay = false;  ///< one seed, with its story
  std::vector<Subject> subjects{Subject::device_state, Subject::presence_state};
  FaultSet faults = FaultSet::all();
  bool sites = false;  ///< several sites, each with a fleet
  unsigned jobs = 1;
  bool expect_failure = false;
};

/// Reads the command line. Nothing, with the reason or the help text on `out`, if there is nothing to run;
/// `exit_code` then says how to end.
[[nodiscard]] std::optional<RunOptions> read_options(int argc, const char* const* argv, std::ostream& out,
                                                     int& exit_code);

}  // namespace amibroker::simulation
