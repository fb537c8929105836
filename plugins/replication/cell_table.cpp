// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/cell_table.hpp"

namespace amibroker::replication {

KeyId CellTable::add_key(Sharing sharing) {
  const KeyId key = numbers_.add();
  if (key == rows_.size()) rows_.emplace_back();
  rows_[key] = {nullptr, nullptr, 0, sharing, 0};
  return key;
}

void CellTable::remove_key(KeyId key) {
  move(key, nullptr);
  numbers_.remove(key);
  rows_.resize(numbers_.end());
  shrink_if_sparse(rows_);
}

void CellTable::add_place() {
  Group* everyone = groups_.everyone();
  groups_.add_place();
  if (everyone == nullptr || !neighbours_.all()) return;
  const std::size_t size = everyone->places.size();
  if (everyone->capacity == size) {
    everyone->capacity = size + std::max<std::size_t>(4, size / 4);
    for (const KeyId key : everyone->keys) {  // row by row, so that the table is never there twice
      auto wider = std::make_unique<Cell[]>(everyone->capacity);
      std::copy_n(rows_[key].cells.get(), size, wider.get());
      rows_[key].cells = std::move(wider);
    }
  }
  cells_ += everyone->keys.size();
  groups_.extend(*everyone);
}

void CellTable::remove_cell(Place place, KeyId key) {
  Entry& entry = rows_[key];
  if (view(entry).find(place) != nullptr) move(key, groups_.without(*entry.group, place));
}

std::vector<KeyId> CellTable::keys_of(Place place) const {
  std::vector<KeyId> keys;
  for (const Group* group : groups_.of(place)) keys.insert(keys.end(), group->keys.begin(), group->keys.end());
  return keys;
}

/// Gives the key cells on the servers of another group, and takes over what is known on those that are in both.
void CellTable::move(KeyId key, Group* to) {
  Entry& entry = rows_[key];
  auto cells = to == nullptr ? nullptr : std::make_unique<Cell[]>(to->capacity);
  if (to != nullptr && entry.group != nullptr) {
    const Row before = view(entry);
    Row after(cells.get(), to->places, to->leading, to->mesh);
    for (std::size_t i = 0; i < before.size(); ++i)
      if (Cell* cell = after.find(before.place(i)); cell != nullptr) *cell = before[i];
  }
  if (entry.group != nullptr) leave_group(entry);
  entry.cells = std::move(cells);
  entry.group = to;
  if (to == nullptr) return;
  entry.slot = static_cast<std::uint32_t>(to->keys.size());
  to->keys.push_back(key);
  cells_ += to->places.size();
}

void CellTable::leave_group(Entry& entry) {
  Group& group = *entry.group;
  const KeyId last = group.keys.back();
  group.keys[entry.slot] = last;
  rows_[last].slot = entry.slot;
  group.keys.pop_back();
  shrink_if_sparse(group.keys);
  cells_ -= group.places.size();
  groups_.drop_if_empty(group);
}

}  // namespace amibroker::replication
