// SPDX-License-Identifier: Apache-2.0
//
// Which events are our own writes coming back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Short lists of values that were written to one key on one server and whose echo (the event by which the server
/// reports the write) has not been seen, oldest first. Few keys have such a list at a time; the lists are kept in a
/// pool and used again.
///
/// A list needs no clock: the events of a server come in the order in which things happened there, so the echo of a
/// write also settles every write before it.
class EchoLists {
 public:
  /// A list; `none` is the empty list, which takes no memory.
  using Id = std::uint32_t;
  static constexpr Id none = 0xffffffffU;

  /// Most values in a list.
  static constexpr std::size_t capacity = 8;

  enum class Match : std::uint8_t {
    nothing,  ///< the value is in no place of the list: news
    older,    ///< the echo of a write that others followed
    last,     ///< the echo of the last write
  };

  [[nodiscard]] bool full(Id list) const noexcept { return list != none && pool_[list].size == capacity; }

  /// Appends a value to a list that is not full.
  void push(Id& list, ValueId value);

  /// Takes the first value that equals `value` out of the list, together with those before it. The first, because
  /// one echo too few does no harm (the next write settles it), and one echo taken for news does.
  Match match(Id& list, ValueId value) noexcept;

  /// Takes the last value out: that write never happened. Not for an empty list.
  void drop_last(Id& list) noexcept;

  /// Takes the first value out: its echo is taken for lost. Not for an empty list.
  void drop_first(Id& list) noexcept;

  /// Empties the list: none of its echoes will come any more.
  void clear(Id& list) noexcept;

  /// Whether the value is in the list.
  [[nodiscard]] bool holds(Id list, ValueId value) const noexcept;

  /// Gives the memory back if no echo is outstanding.
  void shrink() {
    if (free_.size() < pool_.size()) return;
    pool_ = std::vector<List>();  // `= {}` would keep the memory
    free_ = std::vector<Id>();
  }
  /// Lists that there is memory for.
  [[nodiscard]] std::size_t capacity_in_lists() const noexcept { return pool_.capacity(); }

  /// Calls `visit(ValueId)` for every value in every list.
  template <typename Visitor>
  void each_value(Visitor&& visit) const {
    for (const List& list : pool_)
      for (std::size_t i = 0; i < list.size; ++i) visit(list.values[i]);
  }

 private:
  struct List {
    std::array<ValueId, capacity> values{};
    std::uint32_t size = 0;
  };
  void remove_first(Id& list, std::size_t count) noexcept;

  std::vector<List> pool_;
  std::vector<Id> free_;  ///< as much capacity as the pool has lists, so that giving one back cannot fail
};

}  // namespace amibroker::replication
