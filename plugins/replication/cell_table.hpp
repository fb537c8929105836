// SPDX-License-Identifier: Apache-2.0
//
// Where all cells are kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "plugins/replication/cell.hpp"
#include "plugins/replication/groups.hpp"
#include "plugins/replication/numbers.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// For each key one row, with cells for only those servers that may have to do with it (decision 0017). An event
/// touches one row. Keys whose rows have the same servers form a group, so the keys of a server are found without a
/// look at the others. Not safe for several threads.
class CellTable {
 public:
  /// `neighbours` must outlive this.
  CellTable(const Neighbours& neighbours, std::size_t places) : neighbours_(neighbours), groups_(neighbours, places) {}

  [[nodiscard]] std::size_t places() const noexcept { return groups_.places(); }
  /// One more than the highest key.
  [[nodiscard]] std::size_t keys() const noexcept { return numbers_.end(); }
  [[nodiscard]] bool has(KeyId key) const noexcept { return numbers_.has(key); }
  /// Cells of all keys together.
  [[nodiscard]] std::size_t cells() const noexcept { return cells_; }

  /// Adds a key without a cell: the lowest number that is free.
  KeyId add_key(Sharing sharing);
  /// Takes a key away with all of its cells.
  void remove_key(KeyId key);
  [[nodiscard]] Sharing sharing(KeyId key) const noexcept { return rows_[key].sharing; }
  void set_sharing(KeyId key, Sharing sharing) noexcept { rows_[key].sharing = sharing; }

  /// A note for who asks whether the key is still needed: the position of the cell that needed it.
  [[nodiscard]] std::uint32_t& last_reason(KeyId key) const noexcept { return rows_[key].last_reason; }

  /// Adds a place. If all servers are neighbours, the keys that are on all of them get a cell there; these rows have
  /// room to spare, a quarter of what they hold, so that few additions copy them.
  void add_place();

  /// The cells of a key; none if there is no such key.
  [[nodiscard]] Row row(KeyId key) noexcept {
    groups_.follow_neighbours();
    return view(rows_[key]);
  }
  /// The same to look at, if all that changed of the neighbours was seen before.
  [[nodiscard]] const Row row(KeyId key) const noexcept { return view(rows_[key]); }

  /// The cell of a key on a server; null if there is none.
  [[nodiscard]] Cell* find(Place place, KeyId key) noexcept { return view(rows_[key]).find(place); }
  [[nodiscard]] const Cell* find(Place place, KeyId key) const noexcept { return view(rows_[key]).find(place); }

  /// Sees to it that a server, or it and all of its neighbours, have a cell of this key. `init(Place, Cell&)` is called
  /// for each new one. References to cells of this key are not valid any more if it is called.
  template <typename Init>
  void add_cell(Place place, KeyId key, Init&& init) {
    if (find(place, key) == nullptr) widen(key, groups_.only(place), init);
  }
  template <typename Init>
  void add_cells_around(Place place, KeyId key, Init&& init) {
    widen(key, groups_.around(place), init);
  }

  /// The same for these servers, in order; at least one.
  template <typename Init>
  void add_cells(std::span<const Place> places, KeyId key, Init&& init) {
    if (const auto has = row(key);
        std::all_of(places.begin(), places.end(), [&](Place place) { return has.find(place); }))
      return;
    widen(key, groups_.exactly(places), init);
  }

  /// Takes the cell of a key on a server away.
  void remove_cell(Place place, KeyId key);

  /// Calls `visit(KeyId, Cell&)` for each key that has a cell on this server, in no order. No cell may be added or
  /// taken away meanwhile.
  template <typename Visitor>
  void each_cell(Place place, Visitor&& visit) {
    groups_.follow_neighbours();  // not in the middle of it
    for (const Group* group : groups_.of(place)) {
      const auto& places = group->places;
      const auto index = std::lower_bound(places.begin(), places.end(), place) - places.begin();
      for (const KeyId key : group->keys) visit(key, rows_[key].cells[static_cast<std::size_t>(index)]);
    }
  }

  /// The keys that have a cell on this server, in no order.
  [[nodiscard]] std::vector<KeyId> keys_of(Place place) const;

 private:
  struct Entry {
    std::unique_ptr<Cell[]> cells;
    Group* group;        ///< null: no cells
    std::uint32_t slot;  ///< position in the keys of its group
    Sharing sharing;
    mutable std::uint32_t last_reason = 0;  ///< position of the cell that kept the key from being idle
  };

  [[nodiscard]] static Row view(const Entry& entry) noexcept {
    const Group* group = entry.group;
    if (group == nullptr) return {};
    return {entry.cells.get(), group->places, group->leading, group->mesh};
  }

  template <typename Init>
  void widen(KeyId key, Group& with, Init&& init) {
    Entry& entry = rows_[key];
    if (entry.group == &with) return;
    const auto has = entry.group == nullptr ? std::span<const Place>{} : entry.group->places;
    if (!std::includes(has.begin(), has.end(), with.places.begin(), with.places.end())) {
      const std::vector<Place> before(has.begin(), has.end());  // a copy, because the group may go
      move(key, entry.group == nullptr ? &with : &groups_.united(*entry.group, with));
      Row row = view(entry);
      for (std::size_t i = 0; i < row.size(); ++i)
        if (!std::binary_search(before.begin(), before.end(), row.place(i))) init(row.place(i), row[i]);
    }
    groups_.drop_if_empty(with);
  }

  void move(KeyId key, Group* to);
  void leave_group(Entry& entry);

  const Neighbours& neighbours_;
  Groups groups_;
  Numbers numbers_;
  std::vector<Entry> rows_;
  std::size_t cells_ = 0;
};

}  // namespace amibroker::replication
