// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>

#include "tests/simulator/app/options.hpp"
#include "tests/simulator/app/simulation.hpp"

int main(int argc, char** argv) {
  namespace app = amibroker::sim::app;
  const auto parsed = app::parse_options(argc, argv);
  if (!parsed.options) {
    (parsed.exit_code == app::ExitCode::agree ? std::cout : std::cerr) << parsed.text;
    return static_cast<int>(parsed.exit_code);
  }
  try {
    if (parsed.options->print_config) {
      std::cout << app::config_for(*parsed.options);
      return static_cast<int>(app::ExitCode::agree);
    }
    return static_cast<int>(app::Simulation(*parsed.options).run());
  } catch (const std::exception& error) {
    std::cerr << "asterisk-sim: " << error.what() << '\n';
    return static_cast<int>(app::ExitCode::failure);
  }
}
