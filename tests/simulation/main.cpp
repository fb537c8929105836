// SPDX-License-Identifier: Apache-2.0
//
// The plugins on a simulated fleet, with a run for each seed.
#include <iostream>

#include "tests/simulation/options.hpp"
#include "tests/simulation/runner.hpp"

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto options = amibroker::simulation::read_options(argc, argv, std::cerr, exit_code);
  if (!options) return exit_code;
  return amibroker::simulation::run_seeds(*options) ? 0 : 1;
}
