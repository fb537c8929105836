// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/echo_lists.hpp"

#include <algorithm>

namespace amibroker::replication {

void EchoLists::push(Id& list, ValueId value) {
  if (list == none) {
    if (free_.empty()) {
      pool_.emplace_back();
      free_.reserve(pool_.capacity());
      list = static_cast<Id>(pool_.size() - 1);
    } else {
      list = free_.back();
      free_.pop_back();
    }
  }
  List& l = pool_[list];
  l.values[l.size++] = value;
}

EchoLists::Match EchoLists::match(Id& list, ValueId value) noexcept {
  if (list == none) return Match::nothing;
  const List& l = pool_[list];
  const auto end = l.values.begin() + l.size;
  const auto found = std::find(l.values.begin(), end, value);
  if (found == end) return Match::nothing;
  const Match result = found + 1 == end ? Match::last : Match::older;
  remove_first(list, static_cast<std::size_t>(found - l.values.begin()) + 1);
  return result;
}

void EchoLists::drop_first(Id& list) noexcept { remove_first(list, 1); }

void EchoLists::drop_last(Id& list) noexcept {
  if (--pool_[list].size == 0) remove_first(list, 0);
}

void EchoLists::clear(Id& list) noexcept {
  if (list != none) remove_first(list, pool_[list].size);
}

bool EchoLists::holds(Id list, ValueId value) const noexcept {
  if (list == none) return false;
  const List& l = pool_[list];
  const auto end = l.values.begin() + l.size;
  return std::find(l.values.begin(), end, value) != end;
}

void EchoLists::remove_first(Id& list, std::size_t count) noexcept {
  List& l = pool_[list];
  std::copy(l.values.begin() + static_cast<std::ptrdiff_t>(count), l.values.begin() + l.size, l.values.begin());
  l.size -= static_cast<std::uint32_t>(count);
  if (l.size != 0) return;
  free_.push_back(list);
  list = none;
}

}  // namespace amibroker::replication
