// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/target.hpp"

#include <algorithm>

#include "plugins/replication/rules.hpp"

namespace amibroker::replication {
namespace {

constexpr std::size_t few = 8;

}  // namespace

void Target::open_window(const Limits& limits) noexcept {
  window_ = std::min(limits.first_window, limits.window);
  sampled_ = no_key;
  took_ = std::chrono::milliseconds::zero();
}

void Target::enqueue(KeyId key, Cell& cell, Urgency urgency) {
  if (urgency == Urgency::live && keeps_rule(8)) {
    if (cell.waits_live) return;
    cell.waits_live = true;
    live_.push_back(key);
  } else {
    if (cell.waits_live || cell.waits_dump) return;
    cell.waits_dump = true;
    dump_.push_back(key);
  }
}

std::optional<KeyId> Target::next() const noexcept {
  if (in_flight_ >= window_) return std::nullopt;
  if (!live_.empty()) return live_.front();
  if (!dump_.empty()) return dump_.front();
  return std::nullopt;
}

void Target::pop(Cell& cell) noexcept {
  if (!live_.empty()) {
    cell.waits_live = false;
    live_.pop_front();
  } else {
    cell.waits_dump = false;
    dump_.pop_front();
  }
}

void Target::sent(KeyId key, TimePoint now) noexcept {
  ++in_flight_;
  if (sampled_ != no_key) return;
  sampled_ = key;
  sampled_at_ = now;
  sampled_among_few_ = in_flight_ <= few;
}

void Target::answered(KeyId key, Outcome outcome, TimePoint now, const Limits& limits) noexcept {
  --in_flight_;
  if (sampled_ != key) return;
  sampled_ = no_key;
  const auto took = now - sampled_at_;
  if (sampled_among_few_ && (outcome == Outcome::success || outcome == Outcome::error))
    took_ = std::chrono::floor<std::chrono::milliseconds>(took);
  if (outcome == Outcome::unknown || took > limits.slow)
    window_ = std::max(window_ / 2, std::min(limits.least_window, limits.window));
  else if (took <= limits.quick && waiting() > 0)  // a window that nothing waits for is wide enough
    window_ = std::min(window_ * 2, limits.window);
}

}  // namespace amibroker::replication
