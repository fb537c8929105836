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

void NewestWins::combine(const Cell* row, std::span<ValueId> shown) const noexcept {
  if (!neighbours_.all()) {
    for (Place target = 0; target < shown.size(); ++target) shown[target] = combine_for(row, target);
    return;
  }
  Newest first;
  for (Place server = 0; server < shown.size(); ++server) first.look(row[server]);
  Newest second;  // what the origin of the newest one is shown
  for (Place server = 0; server < shown.size(); ++server)
    if (row + server != first.cell()) second.look(row[server]);
  for (Place target = 0; target < shown.size(); ++target)
    shown[target] = row + target == first.cell() ? second.value() : first.value();
}

ValueId NewestWins::combine_for(const Cell* row, Place target) const noexcept {
  Newest newest;
  for (const Place origin : neighbours_.of(target)) newest.look(row[origin]);
  return newest.value();
}

}  // namespace amibroker::replication
