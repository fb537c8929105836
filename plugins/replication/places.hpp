// SPDX-License-Identifier: Apache-2.0
//
// Which column of the tables belongs to which server.
#pragma once

#include <cstddef>
#include <vector>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Numbers of servers only grow, so a fleet whose servers come and go would need ever wider tables. So each server has
/// a place, and the place of a server that was retired is given to the next new one.
class Places {
 public:
  /// The place of a new server: a vacant one, or the next.
  Place add(ServerId server) {
    Place place = static_cast<Place>(servers_.size());
    if (vacant_.empty()) {
      servers_.push_back(server);
    } else {
      place = vacant_.back();
      vacant_.pop_back();
      servers_[place] = server;
    }
    if (server >= places_.size()) places_.resize(server + std::size_t{1}, no_place);
    places_[server] = place;
    return place;
  }

  /// The server is retired: its place is vacant.
  void remove(ServerId server) {
    vacant_.push_back(places_[server]);
    places_[server] = no_place;
  }

  /// no_place for a server that is retired or was never added.
  [[nodiscard]] Place of(ServerId server) const noexcept {
    return server < places_.size() ? places_[server] : no_place;
  }

  /// The server that has, or had last, a place below `size`.
  [[nodiscard]] ServerId server(Place place) const noexcept { return servers_[place]; }

  /// All places, vacant ones included.
  [[nodiscard]] std::size_t size() const noexcept { return servers_.size(); }

 private:
  std::vector<Place> places_;      ///< by server
  std::vector<ServerId> servers_;  ///< by place
  std::vector<Place> vacant_;
};

}  // namespace amibroker::replication
