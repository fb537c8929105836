// SPDX-License-Identifier: Apache-2.0
//
// Which servers have cells for the same keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "plugins/replication/neighbours.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A set of servers and the keys that have a cell on each of these and on no other one. A fleet has few: one if all
/// servers are neighbours, otherwise about one for each zone.
struct Group {
  std::span<const Place> places;  ///< in order
  bool leading = false;           ///< they are 0, 1, 2, ...
  bool mesh = false;              ///< each is a neighbour of all the others
  bool kept = false;              ///< stays though it has no key, because some server's neighbours are just these
  std::size_t capacity = 0;       ///< cells that a row of it has room for
  std::vector<KeyId> keys;        ///< in no order
};

/// All groups. A group lives as long as it has a key, or is that of a server and its neighbours.
class Groups {
 public:
  /// `neighbours` must outlive this. `places`: how many servers there are at first.
  Groups(const Neighbours& neighbours, std::size_t places);

  [[nodiscard]] std::size_t places() const noexcept { return by_place_.size(); }

  /// The server and its neighbours: all that may have to do with what it says. Valid until the neighbours change.
  [[nodiscard]] Group& around(Place place);
  /// This server alone.
  [[nodiscard]] Group& only(Place place);
  /// These servers, in order.
  [[nodiscard]] Group& exactly(std::span<const Place> places) { return get({places.begin(), places.end()}); }
  /// All of both.
  [[nodiscard]] Group& united(const Group& one, const Group& other);
  /// All but one place; null if none is left.
  [[nodiscard]] Group* without(const Group& group, Place place);

  /// All places; null if no key is on all of them.
  [[nodiscard]] Group* everyone() noexcept;
  /// Adds a place that is in no group yet.
  void add_place() { by_place_.emplace_back(); }
  /// The group has the newest place as well from now on.
  void extend(Group& group);

  /// The group lost its last key: it goes, unless it is kept.
  void drop_if_empty(Group& group);

  /// Groups that this server is in.
  [[nodiscard]] std::span<Group* const> of(Place place) const noexcept { return by_place_[place]; }

  /// Call it before anything that depends on who is whose neighbour: cheap if nothing changed.
  void follow_neighbours() {
    if (seen_ != neighbours_.changes()) look_again();
  }

 private:
  using Places = std::vector<Place>;
  [[nodiscard]] Group& get(Places places);
  [[nodiscard]] bool is_mesh(std::span<const Place> places) const;
  void look_again();

  const Neighbours& neighbours_;
  std::map<Places, std::unique_ptr<Group>> groups_;  ///< the groups have views of the keys of this map
  std::vector<std::vector<Group*>> by_place_;
  std::vector<Group*> around_;  ///< by place; null: not asked for since the neighbours changed
  std::uint64_t seen_ = 0;
};

}  // namespace amibroker::replication
