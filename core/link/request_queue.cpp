// SPDX-License-Identifier: Apache-2.0
#include "core/link/request_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace amibroker::link {
namespace {

constexpr std::size_t least_waiting = 64;

}  // namespace

bool RequestQueue::full(Owner owner) const noexcept {
  if (size_ < limit) return false;
  std::size_t own = 0;
  std::size_t owners = 1;
  for (const Lane& lane : lanes_) {
    if (lane.owner == owner) own = lane.waiting.size();
    else if (!lane.waiting.empty()) ++owners;
  }
  return own >= limit / owners;
}

/// Owners come and go, so an empty lane is given to the next one that needs one.
RequestQueue::Lane& RequestQueue::lane_for(Owner owner) {
  const auto own = std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& lane) { return lane.owner == owner; });
  if (own != lanes_.end()) return *own;
  const auto unused = std::find_if(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.waiting.empty(); });
  if (unused == lanes_.end()) return lanes_.emplace_back(Lane{owner, boost::circular_buffer<Waiting>()});
  unused->owner = owner;
  return *unused;
}

void RequestQueue::push(Waiting&& waiting) {
  auto& queue = lane_for(waiting.request.owner).waiting;
  if (queue.full()) queue.set_capacity(std::max(least_waiting, 2 * queue.capacity()));
  next_give_up_ = std::min(next_give_up_, waiting.give_up);
  queue.push_back(std::move(waiting));
  ++size_;
}

NewRequest RequestQueue::pop() {
  do turn_ = turn_ + 1 < lanes_.size() ? turn_ + 1 : 0;
  while (lanes_[turn_].waiting.empty());
  auto& queue = lanes_[turn_].waiting;
  NewRequest request = std::move(queue.front().request);
  queue.pop_front();
  --size_;
  return request;
}

void RequestQueue::give_up(Time now, std::vector<Waiting>& given_up) {
  if (now < next_give_up_) return;
  next_give_up_ = Time::max();
  for (Lane& lane : lanes_) {
    auto& queue = lane.waiting;
    const auto kept = std::stable_partition(queue.begin(), queue.end(),
                                            [&](const Waiting& waiting) { return waiting.give_up > now; });
    size_ -= static_cast<std::size_t>(queue.end() - kept);
    std::move(kept, queue.end(), std::back_inserter(given_up));
    queue.erase(kept, queue.end());
    for (const Waiting& waiting : queue) next_give_up_ = std::min(next_give_up_, waiting.give_up);
  }
}

std::vector<RequestQueue::Waiting> RequestQueue::take_all() {
  std::vector<Waiting> all;
  for (Lane& lane : std::exchange(lanes_, {}))
    std::move(lane.waiting.begin(), lane.waiting.end(), std::back_inserter(all));
  turn_ = size_ = 0;
  next_give_up_ = Time::max();
  return all;
}

}  // namespace amibroker::link
