// SPDX-License-Identifier: Apache-2.0
//
// When a broker that has just started may write.
#pragma once

#include <algorithm>
#include <vector>

#include "plugins/replication/neighbours.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A broker that has just started knows nothing. If it wrote after the first server's snapshot, it would show what that
/// server alone says, and correct it a moment later: lamps would flicker, and writes be wasted. So each server is
/// written to only once all of its neighbours are decided: once each was read, could not be read, or is lost. (What may
/// be written before: Replicator::open_early, decision 0018.)
class StartGate {
 public:
  /// No server is up or decided. `neighbours` must outlive this.
  StartGate(const Neighbours& neighbours, std::size_t places) : neighbours_(neighbours), servers_(places) {}

  /// A new server, which is not up and not decided.
  void add_server(Place place) {
    if (place >= servers_.size()) servers_.resize(place + std::size_t{1});
    servers_[place] = {};
  }
  /// Nothing is expected of this server any more.
  void retire(Place place) noexcept { servers_[place] = {.up = false, .decided = true}; }
  /// Some server has other neighbours now.
  void zones_changed() noexcept {
    for (Server& server : servers_) server.blocker = no_place;
  }

  void came_up(Place place) noexcept { servers_[place].up = true; }
  void went_down(Place place) noexcept { servers_[place].up = false; }
  void decide(Place place) noexcept { servers_[place].decided = true; }
  /// Servers that are not there by now are not waited for any longer.
  void waited() noexcept { waited_ = true; }

  /// Whether none of its neighbours is waited for.
  [[nodiscard]] bool is_open(Place target) noexcept {
    Place& blocker = servers_[target].blocker;
    if (blocker != no_place && is_waited_for(blocker)) return false;
    // From the last one on, so that all looks together are one walk around.
    const std::vector<Place>& others = neighbours_.of(target);
    const auto from = std::lower_bound(others.begin(), others.end(), blocker == no_place ? 0 : blocker);
    for (std::size_t i = 0, at = static_cast<std::size_t>(from - others.begin()); i < others.size(); ++i, ++at) {
      const Place other = others[at < others.size() ? at : at - others.size()];
      if (!is_waited_for(other)) continue;
      blocker = other;
      return false;
    }
    return true;
  }
  [[nodiscard]] bool all_decided() const noexcept {
    return std::all_of(servers_.begin(), servers_.end(), [](const Server& server) { return server.decided; });
  }

 private:
  struct Server {
    bool up = false;
    bool decided = false;
    Place blocker = no_place;  ///< a neighbour that was waited for when this was last looked at
  };
  [[nodiscard]] bool is_waited_for(Place place) const noexcept {
    const Server& server = servers_[place];
    return !server.decided && (server.up || !waited_);
  }

  const Neighbours& neighbours_;
  std::vector<Server> servers_;
  bool waited_ = false;
};

}  // namespace amibroker::replication
