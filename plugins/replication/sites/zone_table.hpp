// SPDX-License-Identifier: Apache-2.0
//
// Which of this broker's servers are in which zone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/replication/places.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A zone as a number from 0. Numbers are never given to another zone: a fleet has few.
using ZoneId = std::uint16_t;

/// The zones of the servers here, by the names that all sites call them. Servers that name no zone are in one together,
/// whose name is empty. Pure; one thread.
class ZoneTable {
 public:
  static constexpr std::size_t most_zones = 4096;

  /// Takes in what the host says of its servers now. False if nothing is different.
  bool update(std::span<const ServerInfo> servers, const Places& places);

  /// Zones that there are or were.
  [[nodiscard]] std::size_t size() const noexcept { return zones_.size(); }
  [[nodiscard]] std::string_view name(ZoneId zone) const noexcept { return zones_[zone].name; }
  [[nodiscard]] std::optional<ZoneId> find(std::string_view name) const noexcept;
  /// Servers in it, in order; none: it is a zone of the past.
  [[nodiscard]] std::span<const Place> places(ZoneId zone) const noexcept { return zones_[zone].places; }
  /// Zones of a server.
  [[nodiscard]] std::span<const ZoneId> of(Place place) const noexcept {
    return place < of_place_.size() ? std::span<const ZoneId>(of_place_[place]) : std::span<const ZoneId>();
  }
  [[nodiscard]] bool has(ZoneId zone, Place place) const noexcept {
    const auto zones = of(place);
    return std::find(zones.begin(), zones.end(), zone) != zones.end();
  }

 private:
  struct Zone {
    std::string name;
    std::vector<Place> places{};
    friend bool operator==(const Zone&, const Zone&) = default;
  };
  [[nodiscard]] std::optional<ZoneId> add(std::string_view name);

  std::vector<Zone> zones_;
  std::vector<std::vector<ZoneId>> of_place_;
};

}  // namespace amibroker::replication
