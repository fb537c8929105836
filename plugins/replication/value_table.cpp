// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/value_table.hpp"

#include <algorithm>

#include "plugins/replication/numbers.hpp"

namespace amibroker::replication {

ValueTable::ValueTable(std::span<const std::string_view> pinned) : texts_(1) {  // number 0 is no_value
  for (const std::string_view text : pinned) intern(text);
  pinned_ = pinned.size();
}

ValueId ValueTable::intern(std::string_view text) {
  if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
  ValueId value = no_value;
  if (free_.empty()) {
    value = static_cast<ValueId>(texts_.size());
    texts_.emplace_back(text);
  } else {
    value = free_.back();
    texts_[value].assign(text);
    free_.pop_back();
  }
  ids_.emplace(texts_[value], value);
  return value;
}

void ValueTable::remove_unused(const std::vector<bool>& used) {
  for (auto value = static_cast<ValueId>(pinned_ + 1); value < used.size(); ++value) {
    if (used[value]) continue;
    // A number whose place is free has an empty text, or shares it with none: the number decides.
    const auto found = ids_.find(texts_[value]);
    if (found == ids_.end() || found->second != value) continue;
    ids_.erase(found);
    texts_[value] = std::string();
    free_.push_back(value);
  }
  // Free places at the end are given back; those in between wait for new values.
  std::size_t end = texts_.size();
  const auto is_free = [&](ValueId value) {
    const auto found = ids_.find(texts_[value]);
    return found == ids_.end() || found->second != value;
  };
  while (end > pinned_ + 1 && is_free(static_cast<ValueId>(end - 1))) --end;
  texts_.resize(end);
  std::erase_if(free_, [&](ValueId value) { return value >= end; });
  shrink_if_sparse(free_);
  ids_.rehash(0);
  sweep_at_ = std::max(least_before_sweep, 2 * size());
}

}  // namespace amibroker::replication
