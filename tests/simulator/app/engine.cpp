// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/engine.hpp"

#include <unistd.h>

#include <stdexcept>

#include "tests/simulator/held_port.hpp"

namespace amibroker::sim::app {
namespace {

std::uint16_t free_port() {
  HeldPort port;
  if (!port.take(0)) throw std::runtime_error("there is no free port for nats-server");
  return port.port();
}

std::string checked(const std::string& program) {
  if (program.empty())
    throw std::runtime_error(
        "--sites needs nats-server, and there was none when asterisk-sim was configured: install it (Debian: "
        "nats-server) and name it with --engine");
  if (::access(program.c_str(), X_OK) != 0)
    throw std::runtime_error("--sites needs nats-server, and " + program +
                             " is no program: install it (Debian: nats-server), or name it with --engine");
  return program;
}

std::string url_of(std::uint16_t port) { return "nats://127.0.0.1:" + std::to_string(port); }

}  // namespace

Engine::Engine(const std::string& program)
    : port_(free_port()),
      way_(port_),
      process_(std::make_unique<ChildProcess>(checked(program),
                                              "host: \"127.0.0.1\"\nport: " + std::to_string(port_) + "\n", "engine",
                                              std::vector<std::string>{"-c"})) {}

std::string Engine::url() const { return url_of(port_); }
std::string Engine::url_by_way() const { return url_of(way_.port()); }

std::optional<std::string> Engine::ended() {
  const auto how = process_->ended();
  if (!how) return std::nullopt;
  return "nats-server ended with " + *how + ". What it said last, in " + process_->keep_log().string() + ":\n" +
         process_->log_tail();
}

}  // namespace amibroker::sim::app
