// SPDX-License-Identifier: Apache-2.0
//
// Values, each kept once, so that a cell holds a number.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Texts of values. Values that no cell holds any more are swept away from time to time rather than counted: a write
/// is then a plain store of a number, and the cost of a sweep is shared by the many new values that led to it.
/// Not safe for several threads.
class ValueTable {
 public:
  /// `pinned`: values that stay, with the numbers 1, 2, ... in this order.
  explicit ValueTable(std::span<const std::string_view> pinned = {});

  /// The number of a text, added if it is new.
  ValueId intern(std::string_view text);

  /// The text of a number. Valid until the value is swept away.
  [[nodiscard]] std::string_view text(ValueId value) const noexcept { return texts_[value]; }

  /// Values in the table.
  [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }

  /// Whether it is one of those that stay.
  [[nodiscard]] bool is_pinned(std::string_view text) const noexcept {
    const auto found = ids_.find(text);
    return found != ids_.end() && found->second <= pinned_;
  }
  /// Values that stay.
  [[nodiscard]] std::size_t pinned() const noexcept { return pinned_; }

  /// Whether so many values came since the last sweep that the next one pays.
  [[nodiscard]] bool sweep_is_due() const noexcept { return size() >= sweep_at_; }

  /// Removes all values but those that `each_used(visit)` calls `visit(ValueId)` for. Numbers are given out again.
  template <typename EachUsed>
  void sweep(EachUsed&& each_used) {
    std::vector<bool> used(texts_.size(), false);
    each_used([&](ValueId value) {
      if (value != absent) used[value] = true;
    });
    remove_unused(used);
  }

  /// The table is swept when it has grown to this, or to twice what the last sweep left, whichever is more.
  static constexpr std::size_t least_before_sweep = 1024;

 private:
  void remove_unused(const std::vector<bool>& used);

  std::deque<std::string> texts_;  ///< a deque, because `ids_` holds views into its strings
  std::unordered_map<std::string_view, ValueId> ids_;
  std::vector<ValueId> free_;
  std::size_t pinned_ = 0;
  std::size_t sweep_at_ = least_before_sweep;
};

}  // namespace amibroker::replication
