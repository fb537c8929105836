// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_counters.hpp"

namespace amibroker::host {

Counter& PluginCounters::get(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = counters_.find(name); found != counters_.end()) return found->second;
  if (name.empty() || name.size() > longest_name || counters_.size() >= most_counters) return unreported_;
  return counters_.try_emplace(std::string(name), 0).first->second;
}

std::vector<std::pair<std::string, std::uint64_t>> PluginCounters::values() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, std::uint64_t>> values;
  values.reserve(counters_.size());
  for (const auto& [name, counter] : counters_) values.emplace_back(name, counter.load(std::memory_order_relaxed));
  return values;
}

}  // namespace amibroker::host
