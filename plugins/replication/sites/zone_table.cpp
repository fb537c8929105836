// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/zone_table.hpp"

#include <array>

namespace amibroker::replication {

bool ZoneTable::update(std::span<const ServerInfo> servers, const Places& places) {
  const std::vector<Zone> before = zones_;
  for (Zone& zone : zones_) zone.places.clear();
  of_place_.assign(places.size(), {});
  static constexpr std::array<std::string_view, 1> no_zone{""};
  for (const ServerInfo& server : servers) {
    const Place place = places.of(server.id);
    if (server.retired || place == no_place) continue;
    for (const std::string_view name : server.zones.empty() ? std::span<const std::string_view>(no_zone) : server.zones)
      if (const std::optional<ZoneId> zone = add(name)) {
        zones_[*zone].places.push_back(place);
        of_place_[place].push_back(*zone);
      }
  }
  for (Zone& zone : zones_) std::sort(zone.places.begin(), zone.places.end());
  return zones_ != before;
}

std::optional<ZoneId> ZoneTable::find(std::string_view name) const noexcept {
  const auto found = std::find_if(zones_.begin(), zones_.end(), [&](const Zone& zone) { return zone.name == name; });
  if (found == zones_.end()) return std::nullopt;
  return static_cast<ZoneId>(found - zones_.begin());
}

std::optional<ZoneId> ZoneTable::add(std::string_view name) {
  if (const std::optional<ZoneId> known = find(name)) return known;
  if (zones_.size() >= most_zones) return std::nullopt;
  zones_.push_back({std::string(name)});
  return static_cast<ZoneId>(zones_.size() - 1);
}

}  // namespace amibroker::replication
