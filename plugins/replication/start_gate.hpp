// SPDX-License-Identifier: Apache-2.0
//
// The first moments of the broker: when it knows enough of the fleet to write.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "amibroker/host.hpp"

namespace amibroker::replication {

/// A broker that has just started knows nothing. If it wrote after the first server's snapshot, it would show what that
/// server alone says, and correct it a moment later: lamps would flicker, and writes be wasted. So it waits for the
/// snapshots of all servers that are there. A server is decided once it was read, could not be read, or is lost.
class StartGate {
 public:
  explicit StartGate(std::size_t servers) : servers_(servers) {}

  /// A server that is not up and not decided.
  void add_server() { servers_.emplace_back(); }
  /// Nothing is expected of this server any more.
  void retire(ServerId server) noexcept { servers_[server] = {.up = false, .decided = true}; }

  void came_up(ServerId server) noexcept { servers_[server].up = true; }
  void went_down(ServerId server) noexcept { servers_[server].up = false; }
  void decide(ServerId server) noexcept { servers_[server].decided = true; }
  /// Servers that are not there by now are not waited for any longer.
  void waited() noexcept { waited_ = true; }

  [[nodiscard]] bool may_open() const noexcept {
    return std::all_of(servers_.begin(), servers_.end(),
                       [&](const Server& server) { return server.decided || (waited_ && !server.up); });
  }
  [[nodiscard]] bool all_decided() const noexcept {
    return std::all_of(servers_.begin(), servers_.end(), [](const Server& server) { return server.decided; });
  }

 private:
  struct Server {
    bool up = false;
    bool decided = false;
  };
  std::vector<Server> servers_;
  bool waited_ = false;
};

}  // namespace amibroker::replication
