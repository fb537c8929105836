// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/aggregation.hpp"

#include <bit>
#include <string_view>

#include "plugins/device_state/devices.hpp"

namespace amibroker::device_state {
namespace {

using replication::Cell;
using replication::no_value;
using replication::Place;
using replication::Row;
using replication::ValueId;

constexpr StateSet bit_of(std::string_view state) {
  for (std::uint32_t i = 0; i < states.size(); ++i)
    if (states[i] == state) return StateSet{1} << i;
  return 0;
}

StateSet state_of(const Cell& cell) noexcept {
  return cell.contribution == no_value ? 0 : StateSet{1} << (cell.contribution - 1);
}

ValueId shown_for(StateSet set) noexcept { return set == 0 ? no_value : aggregate(set) + 1; }

}  // namespace

std::uint32_t aggregate(StateSet set) noexcept {
  constexpr StateSet busy = bit_of("INUSE") | bit_of("ONHOLD") | bit_of("BUSY");
  if ((set & bit_of("RINGING")) != 0 && (set & busy) != 0) set |= bit_of("RINGINUSE");
  return static_cast<std::uint32_t>(std::bit_width(set)) - 1;
}

void Aggregation::combine(const Row& row, std::span<ValueId> shown) const noexcept {
  if (!row.mesh()) {
    for (std::size_t i = 0; i < row.size(); ++i) shown[i] = combine_for(row, row.place(i));
    return;
  }
  StateSet once = 0;   // said by somebody
  StateSet again = 0;  // said by two or more: also without any one of them
  for (std::size_t i = 0; i < row.size(); ++i) {
    const StateSet state = state_of(row[i]);
    again |= once & state;
    once |= state;
  }
  const ValueId of_all = shown_for(once);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const StateSet own = state_of(row[i]);
    shown[i] = own == 0 ? of_all : shown_for((once & ~own) | again);
  }
}

ValueId Aggregation::combine_for(const Row& row, Place target) const noexcept {
  StateSet said = 0;
  replication::each_contribution_for(row, target, neighbours_, [&](const Cell& cell) { said |= state_of(cell); });
  return shown_for(said);
}

ValueId Aggregation::together(ValueId one, ValueId other) const noexcept {
  return shown_for(StateSet{1} << (one - 1) | StateSet{1} << (other - 1));
}

bool Aggregation::is_wrong_anyway(ValueId shown, ValueId combined) const noexcept {
  if (shown == no_value) return false;
  return combined > (shown == replication::absent ? 1 : shown);  // a name that is absent shows as the first of states
}

}  // namespace amibroker::device_state
