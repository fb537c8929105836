// SPDX-License-Identifier: Apache-2.0
//
// The command line of asterisk-sim.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/server.hpp"
#include "tests/simulator/wire.hpp"

namespace amibroker::sim::app {

/// How the program ends; documented in --help.
enum class ExitCode : int {
  agree = 0,
  disagree = 1,
  usage = 2,
  no_broker = 3,
  broker_failed = 4,
  failure = 5,
};

/// Which wires the servers speak.
enum class Wires : std::uint8_t {
  zmq,
  ami,
  mixed,  ///< every second server, from the second on, is native
};

struct Options {
  std::size_t servers = 3;
  std::size_t phones = 4;             ///< on each server
  double rate = 20;                   ///< changes a second, over all phones
  std::chrono::seconds duration{20};  ///< 0: until interrupted
  std::uint64_t seed = 1;
  std::string broker{};                      ///< empty: started by hand
  std::string plugins{};                     ///< empty: the broker's own folder
  std::vector<std::string> enabled{};        ///< further plugins that the broker's config switches on
  std::string broker_log{};                  ///< file that the broker's log is copied to; empty: none
  std::string inject{};                      ///< a file with events; empty: none
  bool calls = false;                        ///< publish the events of the calls too, not only states of devices
  std::string log{};                         ///< empty: none
  std::optional<std::uint16_t> base_port{};  ///< nothing: free ports
  Wires wires = Wires::zmq;
  Module module = Module::ours;        ///< of servers that speak ZeroMQ
  std::optional<std::uint16_t> web{};  ///< port of the broker's board; nothing: none
  std::size_t sites = 1;               ///< each with a broker of its own; more than 1: with an engine between them
  std::string engine = AMIBROKER_NATS_SERVER;  ///< nats-server; empty: there is none
  bool cut = false;                            ///< the last site is cut off for a third of the time
  bool print_config = false;
  std::chrono::milliseconds agree_within{10'000};  ///< after the last change; not on the command line
};

/// What the command line asks for: either options, or text to print and the code to exit with.
struct Parsed {
  std::optional<Options> options;
  std::string text{};
  ExitCode exit_code = ExitCode::agree;
};
[[nodiscard]] Parsed parse_options(int argc, const char* const* argv);

}  // namespace amibroker::sim::app
