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
    found->second.push_back({state, time});
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
  milliseconds_.push_back(std::chrono::duration<float, std::milli>(time - match->since).count());
  const auto passed = static_cast<std::uint64_t>(match - open.begin());
  counts_.replaced += passed;
  counts_.open -= passed + 1;
  ++counts_.delivered;
  open.erase(open.begin(), match + 1);
}

LatencyFigures LatencyMeter::figures() const {
  std::unique_lock lock(mutex_);
  auto figures = counts_;
  auto values = milliseconds_;
  lock.unlock();
  figures.median = quantile(values, 0.5);
  figures.p99 = quantile(values, 0.99);
  figures.longest = quantile(values, 1);
  return figures;
}

void LatencyMeter::restart() {
  const std::lock_guard lock(mutex_);
  counts_ = {.open = counts_.open};
  milliseconds_.clear();
}

}  // namespace amibroker::sim
