// SPDX-License-Identifier: Apache-2.0
//
// From what the origins say of a device to what its targets should show.
#pragma once

#include <span>

#include "plugins/replication/cell.hpp"
#include "plugins/replication/neighbours.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Calls `look(const Cell&)` for each contribution that a target is to show: those of its neighbours.
template <typename Look>
void each_contribution_for(const Row& row, Place target, const Neighbours& neighbours, Look&& look) noexcept {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Place origin = row.place(i);
    if (row[i].contribution != no_value && origin != target && neighbours.share(target, origin)) look(row[i]);
  }
}

/// A way to make one value out of several servers' contributions. Has no state that changes.
class Combiner {
 public:
  /// Writes into `shown[i]` what the server of the i-th cell should show: made of the contributions of its neighbours,
  /// its own left out; no_value if none of them has one. `shown` is as long as the row.
  virtual void combine(const Row& row, std::span<ValueId> shown) const noexcept = 0;

  /// The same for one target alone, which need not have a cell in the row.
  [[nodiscard]] virtual ValueId combine_for(const Row& row, Place target) const noexcept = 0;

  /// Whether the newest contribution counts. If not, values are combined, and it does not matter in which order and how
  /// often: `together` says how.
  [[nodiscard]] virtual bool newest_counts() const noexcept { return true; }
  /// What two values show together, neither of them no_value; only if the newest does not count.
  [[nodiscard]] virtual ValueId together(ValueId one, ValueId other) const noexcept {
    static_cast<void>(one);
    return other;
  }

  /// Whether a target that shows `shown` is wrong whatever else some server may still say, now that the others say
  /// `combined` together; so that `combined` may be written although not all were heard. `shown` may be `absent`.
  [[nodiscard]] virtual bool is_wrong_anyway(ValueId shown, ValueId combined) const noexcept {
    static_cast<void>(shown);
    static_cast<void>(combined);
    return false;
  }

 protected:
  ~Combiner() = default;
};

/// The newest contribution counts: what came last, whoever said it.
class NewestWins final : public Combiner {
 public:
  explicit NewestWins(const Neighbours& neighbours) noexcept : neighbours_(neighbours) {}
  void combine(const Row& row, std::span<ValueId> shown) const noexcept override;
  [[nodiscard]] ValueId combine_for(const Row& row, Place target) const noexcept override;

 private:
  const Neighbours& neighbours_;
};

}  // namespace amibroker::replication
