// SPDX-License-Identifier: Apache-2.0
//
// Keys that are to be looked at again later.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "plugins/replication/numbers.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A key on a server and the time at which it is looked at again.
struct Retry {
  TimePoint due;
  Place target;
  KeyId key;

  friend bool operator>(const Retry& a, const Retry& b) noexcept { return a.due > b.due; }
};

/// Retries, the earliest first. The owner sees to it that a cell is in here at most once.
class RetryQueue {
 public:
  void push(const Retry& retry) {
    heap_.push_back(retry);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  /// Takes out all that are for this place.
  void remove(Place place) {
    std::erase_if(heap_, [&](const Retry& retry) { return retry.target == place; });
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  /// Gives back memory that is not needed.
  void shrink() { shrink_if_sparse(heap_); }

  /// When the first one is due; nothing if there is none.
  [[nodiscard]] std::optional<TimePoint> next_due() const noexcept {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().due;
  }

  /// Takes out the first one that is due at `now`.
  [[nodiscard]] std::optional<Retry> pop_due(TimePoint now) {
    if (heap_.empty() || heap_.front().due > now) return std::nullopt;
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const Retry retry = heap_.back();
    heap_.pop_back();
    return retry;
  }

 private:
  std::vector<Retry> heap_;
};

}  // namespace amibroker::replication
