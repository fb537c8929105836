// SPDX-License-Identifier: Apache-2.0
//
// Zones: which servers show each other's states.
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
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Who shares a zone with whom, by their places. Servers that name no zone share one with each other.
class Neighbours {
 public:
  /// Nobody.
  Neighbours() = default;
  /// Servers whose places are their positions.
  explicit Neighbours(std::span<const ServerInfo> servers);

  /// The server at this place names these zones; it may be new there. False if nothing is different.
  bool set(Place place, std::span<const std::string_view> zones);
  /// The place is vacant.
  void remove(Place place);

  /// Whether all servers are neighbours, which needs no lists.
  [[nodiscard]] bool all() const noexcept { return all_; }

  /// Whether these two, which are not one, are neighbours.
  [[nodiscard]] bool share(Place a, Place b) const noexcept {
    return all_ || std::binary_search(lists_[a].begin(), lists_[a].end(), b);
  }

  /// How often something changed, for those that keep what they made of it.
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }

  /// The neighbours of a server, itself left out, in order. Valid until the next change.
  [[nodiscard]] const std::vector<Place>& of(Place place) const noexcept { return lists_[place]; }

 private:
  using Zones = std::vector<std::string>;
  void unlink(Place place);
  void count();

  bool all_ = true;
  std::vector<std::optional<Zones>> zones_;  ///< by place; nothing: vacant
  std::vector<std::vector<Place>> lists_;
  std::size_t servers_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace amibroker::replication
