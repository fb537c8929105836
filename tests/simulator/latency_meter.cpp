// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/latency_meter.hpp"

#include <algorithm>

namespace amibroker::sim {
namespace {

constexpr std::string_view kCustom = "Custom:";

// The value that this share (0 to 1) of all values does not exceed. Reorders them.
std::chrono::duration<double, std::milli> quantile(std::vector<float>& values, double share) {
  if (values.empty()) return {};
  const auto index = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(values.begin(), at, values.end());
  return std::chrono::duration<double, std::milli>(*at);
}

}  // namespace

void LatencyMeter::on_change(std::size_t server, std::string_view device, DeviceState state, Clock::time_point time) {
  if (device.starts_with(kCustom)) return;
  const std::lock_guard lock(mutex_);
  ++counts_.changes;
  for (std::size_t target = 0; target < targets_.size(); ++target) {
    if (target == server) continue;
    auto& devices = targets_[target];
    auto found = devices.find(device);
    if (found == devices.end()) found = devices.emplace(device, std::deque<Open>{}).first;
    found->second.push_back({state, server, time, is_left_out(server, target)});
    ++counts_.open;
  }
}

void LatencyMeter::on_write(std::size_t server, std::string_view key, std::string_view value, Clock::time_point time) {
  if (!key.starts_with(kCustom)) return;
  const std::lock_guard lock(mutex_);
  ++counts_.writes;
  const auto found = targets_[server].find(key.substr(kCustom.size()));
  if (found == targets_[server].end()) {
    ++counts_.unasked;
    return;
  }
  auto& open = found->second;
  const auto match =
      std::find_if(open.begin(), open.end(), [&](const Open& one) { return to_string(one.state) == value; });
  if (match == open.end()) {
    ++counts_.unasked;
    return;
  }
  const auto passed = static_cast<std::uint64_t>(match - open.begin());
  const auto held_up = std::count_if(open.begin(), match, [](const Open& one) { return one.left_out; });
  counts_.open -= passed + 1;
  counts_.left_out += static_cast<std::uint64_t>(held_up) + (match->left_out ? 1 : 0);
  counts_.replaced += passed - static_cast<std::uint64_t>(held_up);
  if (!match->left_out) {
    const auto way = groups_[match->server] == groups_[server] ? Way::within : Way::across;
    milliseconds_[static_cast<std::size_t>(way)].push_back(
        std::chrono::duration<float, std::milli>(time - match->since).count());
    ++counts_.delivered;
  }
  open.erase(open.begin(), match + 1);
}

bool LatencyMeter::is_left_out(std::size_t server, std::size_t target) const noexcept {
  const auto from = groups_[server];
  const auto to = groups_[target];
  return left_out_group_ && from != to && (from == *left_out_group_ || to == *left_out_group_);
}

void LatencyMeter::leave_out(std::size_t group) {
  const std::lock_guard lock(mutex_);
  left_out_group_ = group;
  for (std::size_t target = 0; target < targets_.size(); ++target) {
    for (auto& [device, open] : targets_[target]) {
      for (auto& one : open) one.left_out = is_left_out(one.server, target);
    }
  }
}

void LatencyMeter::take_in() {
  const std::lock_guard lock(mutex_);
  left_out_group_.reset();
  for (auto& target : targets_) {
    for (auto& [device, open] : target) {
      const auto gone = std::erase_if(open, [](const Open& one) { return one.left_out; });
      counts_.open -= gone;
      counts_.left_out += gone;
    }
  }
}

LatencyFigures LatencyMeter::figures() const {
  std::unique_lock lock(mutex_);
  auto figures = counts_;
  auto values = milliseconds_[0];
  values.insert(values.end(), milliseconds_[1].begin(), milliseconds_[1].end());
  lock.unlock();
  figures.median = quantile(values, 0.5);
  figures.p99 = quantile(values, 0.99);
  figures.longest = quantile(values, 1);
  return figures;
}

LatencyTimes LatencyMeter::times(Way way) const {
  std::unique_lock lock(mutex_);
  auto values = milliseconds_[static_cast<std::size_t>(way)];
  lock.unlock();
  return {.measured = values.size(), .median = quantile(values, 0.5), .p99 = quantile(values, 0.99)};
}

void LatencyMeter::restart() {
  const std::lock_guard lock(mutex_);
  counts_ = {.open = counts_.open};
  for (auto& values : milliseconds_) values.clear();
}

}  // namespace amibroker::sim
