// SPDX-License-Identifier: Apache-2.0
//
// Servers that are added, change their zones, and are retired.
#include <algorithm>

#include "plugins/replication/replicator.hpp"

namespace amibroker::replication {

void Replicator::add_server(Place place, TimePoint now) {
  if (place == targets_.size()) {
    cells_.add_place();
    targets_.emplace_back();
  }
  targets_[place].vacant = false;
  for (const KeyId key : keys_of(neighbours_.of(place), place)) {
    // A vacant place goes on being shown what a server that is down would be.
    if (Cell* cell = cells_.find(place, key); cell != nullptr) *cell = Cell{};
    if (cells_.sharing(key) == Sharing::symmetric) {
      join(place, key, neighbours_.of(place), now);
    } else if (cells_.sharing(key) == Sharing::one_way) {
      show_anew(key, place, now);
    }
  }
}

void Replicator::remove_server(Place place, TimePoint now) {
  server_down(place);
  withdraw_all(place, now);
  for (const KeyId key : cells_.keys_of(place)) {
    Cell& cell = at(place, key);
    echoes_.clear(cell.echoes);
    damper_.forget({key, place});
    // Without zones the next server at this place will need the same cells.
    if (neighbours_.all()) cell = Cell{};
    else cells_.remove_cell(place, key);
  }
  targets_[place] = Target{};
  targets_[place].vacant = true;
  retries_.remove(place);
}

void Replicator::zones_changed(Place place, std::span<const Place> removed, std::span<const Place> added,
                               TimePoint now) {
  for (const KeyId key : keys_of(added, place)) {
    if (cells_.sharing(key) == Sharing::symmetric) join(place, key, added, now);
    if (cells_.sharing(key) != Sharing::one_way) continue;
    show_anew(key, place, now);
    if (cell(place, key).contribution == no_value) continue;
    get_around(place, key);
    for (const Place target : removed) show_anew(key, target, now);
    for (const Place target : added) show_anew(key, target, now);
  }
}

/// The keys that have a cell on some of these servers, each once, in order.
std::vector<KeyId> Replicator::keys_of(std::span<const Place> places, Place and_of) const {
  std::vector<bool> has(cells_.keys(), false);
  const auto note = [&](Place place) {
    for (const KeyId key : cells_.keys_of(place)) has[key] = true;
  };
  note(and_of);
  for (const Place place : places) note(place);
  std::vector<KeyId> keys;
  for (KeyId key = 0; key < has.size(); ++key)
    if (has[key]) keys.push_back(key);
  return keys;
}

/// What the neighbours of one target say of a one-way key is looked up again.
void Replicator::show_anew(KeyId key, Place target, TimePoint now) {
  const ValueId value = combine_for(key, target);
  if (value == no_value && cells_.find(target, key) == nullptr) return;
  show(key, target, get(target, key), value, Urgency::dump, now);
}

/// A symmetric key on a server with new neighbours: what was set last counts. If that is the server's own, the new
/// neighbours get it; if it is one of theirs, the server does.
void Replicator::join(Place place, KeyId key, std::span<const Place> added, TimePoint now) {
  const Cell* newest = cell(place, key).desired == no_value ? nullptr : &cell(place, key);
  Place of_newest = place;
  for (const Place other : added) {
    const Cell& there = cell(other, key);
    if (there.desired == no_value) continue;
    if (newest != nullptr && there.changed_at_s <= newest->changed_at_s) continue;
    newest = &there;
    of_newest = other;
  }
  if (newest == nullptr) return;
  const ValueId value = newest->desired;
  if (of_newest != place) return want(place, key, get(place, key), value, Urgency::dump, now);
  for (const Place other : added) want(other, key, get(other, key), value, Urgency::dump, now);
}

}  // namespace amibroker::replication
