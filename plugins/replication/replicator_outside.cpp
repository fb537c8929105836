// SPDX-License-Identifier: Apache-2.0
//
// What other sites say, beside what the servers here say.
#include <array>

#include "plugins/replication/replicator.hpp"

namespace amibroker::replication {

void Replicator::combine(KeyId key, const Row& row, std::span<ValueId> shown) const noexcept {
  combiner_.combine(row, shown);
  if (outside_ != nullptr) outside_->add(key, row, shown);
}

/// For one target, which need not have a cell.
ValueId Replicator::combine_for(KeyId key, Place target) const noexcept {
  const Row row = cells_.row(key);
  std::array<ValueId, 1> shown{combiner_.combine_for(row, target)};
  if (outside_ == nullptr) return shown[0];
  const std::array<Place, 1> places{target};
  Cell none{};
  const Cell* const own = row.find(target);
  if (own != nullptr) none = *own;
  outside_->add(key, Row(&none, places, target == 0, true), shown);
  return shown[0];
}

void Replicator::outside_changed(KeyId key, std::span<const Place> places, Urgency urgency, TimePoint now) {
  if (!places.empty()) cells_.add_cells(places, key, [this](Place place, Cell& cell) { begin_cell(place, cell); });
  spread(key, urgency, now);
}

void Replicator::set_shared(KeyId key, Place place, ValueId value, Urgency urgency, TimePoint now) {
  want(place, key, get(place, key), value, urgency, now);
}

}  // namespace amibroker::replication
