// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/neighbours.hpp"

#include <algorithm>

namespace amibroker::replication {
namespace {

bool share_a_zone(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty();
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& zone) { return std::find(b.begin(), b.end(), zone) != b.end(); });
}

void insert_in_order(std::vector<Place>& list, Place place) {
  list.insert(std::lower_bound(list.begin(), list.end(), place), place);
}

}  // namespace

Neighbours::Neighbours(std::span<const ServerInfo> servers) {
  for (Place place = 0; place < servers.size(); ++place) set(place, servers[place].zones);
}

bool Neighbours::set(Place place, std::span<const std::string_view> zones) {
  if (place >= zones_.size()) {
    zones_.resize(place + std::size_t{1});
    lists_.resize(place + std::size_t{1});
  }
  Zones named(zones.begin(), zones.end());
  if (zones_[place] == named) return false;
  if (zones_[place]) unlink(place);
  else ++servers_;
  zones_[place] = std::move(named);
  for (Place other = 0; other < zones_.size(); ++other) {
    if (other == place || !zones_[other] || !share_a_zone(*zones_[place], *zones_[other])) continue;
    lists_[place].push_back(other);
    insert_in_order(lists_[other], place);
  }
  count();
  return true;
}

void Neighbours::remove(Place place) {
  unlink(place);
  zones_[place].reset();
  --servers_;
  count();
}

void Neighbours::unlink(Place place) {
  for (const Place other : lists_[place]) std::erase(lists_[other], place);
  lists_[place].clear();
}

void Neighbours::count() {
  ++changes_;
  all_ = true;
  for (Place place = 0; place < zones_.size(); ++place)
    all_ = all_ && (!zones_[place] || lists_[place].size() + 1 == servers_);
}

}  // namespace amibroker::replication
