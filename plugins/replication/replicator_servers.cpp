// SPDX-License-Identifier: Apache-2.0
//
// Servers that are added, change their zones, and are retired.
#include "plugins/replication/replicator.hpp"

namespace amibroker::replication {

void Replicator::add_server(Place place, TimePoint now) {
  if (place == targets_.size()) {
    cells_.add_place();
    targets_.emplace_back();
    shown_.push_back(no_value);
  }
  for (KeyId key = 0; key < cells_.keys(); ++key) {
    Cell* row = cells_.row(key);
    row[place] = Cell{};  // a vacant place goes on being shown what a server that is down would be
    if (sharing_[key] == Sharing::symmetric) {
      join(place, key, neighbours_.of(place), now);
    } else if (sharing_[key] == Sharing::one_way) {
      show_anew(key, place, now);
    }
  }
}

void Replicator::remove_server(Place place, TimePoint now) {
  server_down(place);
  withdraw_all(place, now);
  for (KeyId key = 0; key < cells_.keys(); ++key) {
    Cell& cell = at(place, key);
    echoes_.clear(cell.echoes);
    cell = Cell{};
  }
  targets_[place] = Target{};
  retries_.remove(place);
}

void Replicator::zones_changed(Place place, std::span<const Place> removed, std::span<const Place> added,
                               TimePoint now) {
  for (KeyId key = 0; key < cells_.keys(); ++key) {
    if (sharing_[key] == Sharing::symmetric) join(place, key, added, now);
    if (sharing_[key] != Sharing::one_way) continue;
    show_anew(key, place, now);
    if (at(place, key).contribution == no_value) continue;
    for (const Place target : removed) show_anew(key, target, now);
    for (const Place target : added) show_anew(key, target, now);
  }
}

/// What the neighbours of one target say of a one-way key is looked up again.
void Replicator::show_anew(KeyId key, Place target, TimePoint now) {
  Cell* row = cells_.row(key);
  show(key, target, row[target], combiner_.combine_for(row, target), Urgency::dump, now);
}

/// A symmetric key on a server with new neighbours: what was set last counts. If that is the server's own, the new
/// neighbours get it; if it is one of theirs, the server does.
void Replicator::join(Place place, KeyId key, std::span<const Place> added, TimePoint now) {
  Cell* row = cells_.row(key);
  Place newest = row[place].desired == no_value ? no_place : place;
  for (const Place other : added) {
    if (row[other].desired == no_value) continue;
    if (newest == no_place || row[other].changed_at_s > row[newest].changed_at_s) newest = other;
  }
  if (newest == no_place) return;
  const ValueId value = row[newest].desired;
  if (newest != place) return want(place, key, row[place], value, Urgency::dump, now);
  for (const Place other : added) want(other, key, row[other], value, Urgency::dump, now);
}

}  // namespace amibroker::replication
