// SPDX-License-Identifier: Apache-2.0
//
// Asterisk's own rule for several devices of one hint, applied to what several servers say of one device.
#pragma once

#include <cstdint>
#include <span>

#include "plugins/replication/combiner.hpp"

namespace amibroker::device_state {

/// A set of states: bit n stands for states[n].
using StateSet = std::uint32_t;

/// Index in states of what these states are together; not for an empty set. RINGING together with INUSE,
/// ONHOLD or BUSY is RINGINUSE.
[[nodiscard]] std::uint32_t aggregate(StateSet set) noexcept;

/// Shows on each server what its neighbours' contributions are together. The values of states are their indices in
/// states plus 1.
class Aggregation final : public replication::Combiner {
 public:
  explicit Aggregation(const replication::Neighbours& neighbours) noexcept : neighbours_(neighbours) {}
  void combine(const replication::Row& row, std::span<replication::ValueId> shown) const noexcept override;
  [[nodiscard]] replication::ValueId combine_for(const replication::Row& row,
                                                 replication::Place target) const noexcept override;
  [[nodiscard]] bool newest_counts() const noexcept override { return false; }
  /// The table is associative, and a state together with itself is itself, so parts may be combined in any order.
  [[nodiscard]] replication::ValueId together(replication::ValueId one,
                                              replication::ValueId other) const noexcept override;
  /// One more contribution never makes a state one that comes earlier in states.
  [[nodiscard]] bool is_wrong_anyway(replication::ValueId shown, replication::ValueId combined) const noexcept override;

 private:
  const replication::Neighbours& neighbours_;
};

}  // namespace amibroker::device_state
