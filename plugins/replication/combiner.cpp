// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/combiner.hpp"

namespace amibroker::replication {
namespace {

/// Whether the contribution of `a` came after that of `b`. The counter may wrap between two, so differences decide.
bool is_newer(const Cell& a, const Cell& b) noexcept {
  return static_cast<std::int32_t>(a.contributed_as - b.contributed_as) > 0;
}

/// Keeps the newest of the cells that it is shown.
class Newest {
 public:
  void look(const Cell& cell) noexcept {
    if (cell.contribution != no_value && (newest_ == nullptr || is_newer(cell, *newest_))) newest_ = &cell;
  }
  [[nodiscard]] const Cell* cell() const noexcept { return newest_; }
  [[nodiscard]] ValueId value() const noexcept { return newest_ == nullptr ? no_value : newest_->contribution; }

 private:
  const Cell* newest_ = nullptr;
};

}  // namespace

void NewestWins::combine(const Row& row, std::span<ValueId> shown) const noexcept {
  if (!row.mesh()) {
    for (std::size_t i = 0; i < row.size(); ++i) shown[i] = combine_for(row, row.place(i));
    return;
  }
  Newest first;
  for (std::size_t i = 0; i < row.size(); ++i) first.look(row[i]);
  Newest second;  // what the origin of the newest one is shown
  for (std::size_t i = 0; i < row.size(); ++i)
    if (&row[i] != first.cell()) second.look(row[i]);
  for (std::size_t i = 0; i < row.size(); ++i) shown[i] = &row[i] == first.cell() ? second.value() : first.value();
}

ValueId NewestWins::combine_for(const Row& row, Place target) const noexcept {
  Newest newest;
  each_contribution_for(row, target, neighbours_, [&](const Cell& cell) { newest.look(cell); });
  return newest.value();
}

}  // namespace amibroker::replication
