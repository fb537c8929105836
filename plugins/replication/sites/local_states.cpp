// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/local_states.hpp"

#include <algorithm>

namespace amibroker::replication {

void LocalStates::changed(KeyId key, Place origin, Stamp stamp) {
  if (!newest_counts()) return;
  if (stamp == 0 || replicator_.cell(origin, key).contribution == no_value) stamps_.erase(where(key, origin));
  else stamps_[where(key, origin)] = stamp;
}

void LocalStates::forget(KeyId key) {
  const Row row = replicator_.row(key);
  for (std::size_t i = 0; i < row.size() && !stamps_.empty(); ++i) stamps_.erase(where(key, row.place(i)));
}

Said LocalStates::said(KeyId key, Place origin, ValueId contribution) const {
  if (!newest_counts()) return {contribution, 0};
  const auto found = stamps_.find(where(key, origin));
  return {contribution, found == stamps_.end() ? 0 : found->second};
}

void LocalStates::in_zones(KeyId key, InZones& all) const {
  all.clear();
  const Row row = replicator_.row(key);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].contribution == no_value) continue;
    const Said one = said(key, row.place(i), row[i].contribution);
    for (const ZoneId zone : zones_.of(row.place(i))) {
      const auto found =
          std::find_if(all.begin(), all.end(), [zone](const auto& entry) { return entry.first == zone; });
      if (found == all.end()) all.emplace_back(zone, one);
      else found->second = together(found->second, one);
    }
  }
}

Said LocalStates::newest_for(const Row& row, KeyId key, Place target, const Neighbours& neighbours) const {
  Said all;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Place origin = row.place(i);
    if (row[i].contribution != no_value && origin != target && neighbours.share(target, origin))
      all = newer(all, said(key, origin, row[i].contribution));
  }
  return all;
}

Said LocalStates::newer(const Said& one, const Said& other) const noexcept {
  if (one.value == no_value || other.value == no_value) return one.value == no_value ? other : one;
  if (one.stamp != other.stamp) return one.stamp > other.stamp ? one : other;
  return values_.text(one.value) >= values_.text(other.value) ? one : other;
}

Said LocalStates::together(const Said& one, const Said& other) const noexcept {
  if (newest_counts()) return newer(one, other);
  if (one.value == no_value || other.value == no_value) return one.value == no_value ? other : one;
  return {combiner_.together(one.value, other.value), 0};
}

}  // namespace amibroker::replication
