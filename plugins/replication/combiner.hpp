// SPDX-License-Identifier: Apache-2.0
//
// From what the origins say of a device to what its targets should show.
#pragma once

#include <span>

#include "plugins/replication/cell.hpp"
#include "plugins/replication/neighbours.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A way to make one value out of several servers' contributions. Has no state that changes.
class Combiner {
 public:
  /// Writes into `shown[t]` what the server at place t should show: made of the contributions of its neighbours,
  /// its own left out; no_value if none of them has one. `row`: the key's cells, one for each place.
  virtual void combine(const Cell* row, std::span<ValueId> shown) const noexcept = 0;

  /// The same for one target alone.
  [[nodiscard]] virtual ValueId combine_for(const Cell* row, Place target) const noexcept = 0;

 protected:
  ~Combiner() = default;
};

/// The newest contribution counts: what came last, whoever said it.
class NewestWins final : public Combiner {
 public:
  explicit NewestWins(const Neighbours& neighbours) noexcept : neighbours_(neighbours) {}
  void combine(const Cell* row, std::span<ValueId> shown) const noexcept override;
  [[nodiscard]] ValueId combine_for(const Cell* row, Place target) const noexcept override;

 private:
  const Neighbours& neighbours_;
};

}  // namespace amibroker::replication
