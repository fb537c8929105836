// SPDX-License-Identifier: Apache-2.0
//
// What the servers here say together, for other sites and beside them.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plugins/replication/replicator.hpp"
#include "plugins/replication/sites/hybrid_clock.hpp"
#include "plugins/replication/sites/zone_table.hpp"
#include "plugins/replication/value_table.hpp"

namespace amibroker::replication {

/// A value, and when it was set, if the newest of several counts; otherwise the stamp is 0.
struct Said {
  ValueId value = no_value;
  Stamp stamp = 0;
};

/// Looks at the rows of one-way keys. If the newest contribution counts, it keeps a stamp for each, because sites need
/// one order; if they are combined, it keeps nothing. Pure; one thread. All that is referred to outlives this.
class LocalStates {
 public:
  LocalStates(const Replicator& replicator, const ZoneTable& zones, const Combiner& combiner, const ValueTable& values)
      : replicator_(replicator), zones_(zones), combiner_(combiner), values_(values) {}

  [[nodiscard]] bool newest_counts() const noexcept { return combiner_.newest_counts(); }

  /// A server contributes something else since then, or nothing any more.
  void changed(KeyId key, Place origin, Stamp stamp);
  void forget(KeyId key);

  /// What the servers of each zone say together, of zones in which some server says something, in no order.
  using InZones = std::vector<std::pair<ZoneId, Said>>;
  void in_zones(KeyId key, InZones& said) const;
  /// What the neighbours of a target say together; only if the newest counts.
  [[nodiscard]] Said newest_for(const Row& row, KeyId key, Place target, const Neighbours& neighbours) const;

  /// Of two the one that counts: the later, or the greater text.
  [[nodiscard]] Said newer(const Said& one, const Said& other) const noexcept;
  /// What two say together.
  [[nodiscard]] Said together(const Said& one, const Said& other) const noexcept;

 private:
  [[nodiscard]] Said said(KeyId key, Place origin, ValueId contribution) const;
  static std::uint64_t where(KeyId key, Place place) noexcept { return std::uint64_t{key} << 32 | place; }

  const Replicator& replicator_;
  const ZoneTable& zones_;
  const Combiner& combiner_;
  const ValueTable& values_;
  std::unordered_map<std::uint64_t, Stamp> stamps_;  ///< by key and place; none: 0
};

}  // namespace amibroker::replication
