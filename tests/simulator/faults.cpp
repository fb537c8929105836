// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/faults.hpp"

#include <utility>

namespace amibroker::sim {

void Faults::lose_events(double probability, std::uint64_t seed) {
  lose_probability_ = probability;
  random_.seed(seed);
}

bool Faults::loses_event(std::string_view name) {
  if (mute_) return true;
  if (const auto found = lose_next_.find(name); found != lose_next_.end() && found->second > 0) {
    --found->second;
    return true;
  }
  return lose_probability_ > 0 && std::bernoulli_distribution(lose_probability_)(random_);
}

ReplyPlan Faults::next_reply() {
  if (silent_) return {.fault = ReplyFault::lost};
  if (plans_.empty()) return {};
  auto plan = std::move(plans_.front());
  plans_.pop_front();
  return plan;
}

}  // namespace amibroker::sim
