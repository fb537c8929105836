// SPDX-License-Identifier: Apache-2.0
#include "core/link/in_flight.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::link {

void InFlightTable::push(Pending&& pending) {
  next_deadline_ = std::min(next_deadline_, pending.deadline);
  ++size_;
  at(size_ - 1) = std::move(pending);
}

Pending InFlightTable::pop() {
  Pending pending = std::move(ring_[first_]);
  ring_[first_].done = nullptr;  // what a moved-from function holds is not said
  if (++first_ == ring_.size()) first_ = 0;
  --size_;
  return pending;
}

std::optional<Pending> InFlightTable::match(std::optional<std::uint64_t> action_id, std::vector<Pending>& passed_over) {
  if (size_ == 0) return std::nullopt;
  std::size_t index = 0;
  if (action_id) {
    while (index < size_ && at(index).action_id != *action_id) ++index;
    if (index == size_) return std::nullopt;
  }
  for (; index > 0; --index) passed_over.push_back(pop());
  return pop();
}

void InFlightTable::expire(std::chrono::steady_clock::time_point now, std::vector<Pending>& expired) {
  if (now < next_deadline_) return;
  next_deadline_ = std::chrono::steady_clock::time_point::max();
  for (std::size_t i = 0; i < size_; ++i) {
    Pending& pending = at(i);
    if (pending.expired) continue;
    if (pending.deadline > now) {
      next_deadline_ = std::min(next_deadline_, pending.deadline);
      continue;
    }
    pending.expired = true;
    expired.push_back({pending.action_id, pending.deadline, pending.owner, true, std::move(pending.done), nullptr});
    pending.done = nullptr;
  }
}

void InFlightTable::clear(std::vector<Pending>& all) {
  while (size_ > 0) all.push_back(pop());
  next_deadline_ = std::chrono::steady_clock::time_point::max();
}

}  // namespace amibroker::link
