// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/fleet.hpp"

#include <string>

#include "tests/simulator/fleet_loop.hpp"

namespace amibroker::sim {
namespace {

std::vector<ServerOptions> numbered(std::size_t servers, const ServerOptions& options) {
  std::vector<ServerOptions> result(servers, options);
  for (std::size_t i = 0; i < servers; ++i) result[i].asterisk.system_name = "a" + std::to_string(i + 1);
  return result;
}

}  // namespace

Fleet::Fleet(std::size_t servers, const ServerOptions& options, Observer* observer)
    : Fleet(numbered(servers, options), observer) {}

Fleet::Fleet(const std::vector<ServerOptions>& options, Observer* observer)
    : loop_(std::make_unique<Loop>(options, signal_, observer)) {
  for (const auto& core : loop_->cores()) servers_.emplace_back(*this, *core);
}

Fleet::~Fleet() = default;

std::size_t Fleet::size() const noexcept { return servers_.size(); }
Server& Fleet::operator[](std::size_t index) { return servers_.at(index); }
std::vector<Server>& Fleet::servers() noexcept { return servers_; }
const std::vector<Server>& Fleet::servers() const noexcept { return servers_; }

bool Fleet::wait_until(Clock::time_point deadline, const std::function<bool()>& predicate) {
  return signal_.wait_until(deadline, predicate);
}

bool Fleet::wait_for_broker(Clock::time_point deadline) {
  return wait_until(deadline, [this] {
    for (const auto& server : servers_) {
      if (server.is_alive() && !server.has_broker()) return false;
    }
    return true;
  });
}

void Fleet::run(ServerCore& core, const std::function<void(ServerCore&, Observer*)>& command) {
  loop_->run(core, command);
}

}  // namespace amibroker::sim
