// SPDX-License-Identifier: Apache-2.0
//
// The counters of one plugin.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/host.hpp"

namespace amibroker::host {

/// Any thread.
class PluginCounters {
 public:
  /// A plugin that makes more counters than this makes one for each device or call, which is not what counters are for.
  static constexpr std::size_t most_counters = 1'000;
  static constexpr std::size_t longest_name = 100;

  /// The counter of that name; it lives as long as this. A name that is empty or too long, and every name once there
  /// are too many counters, shares one counter that is not reported.
  [[nodiscard]] Counter& get(std::string_view name);

  /// Takes the place of a counter that could not be made.
  [[nodiscard]] Counter& unreported() noexcept { return unreported_; }

  /// All counters with their values, by name.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> values() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Counter, std::less<>> counters_;  // whose elements never move
  Counter unreported_{0};
};

}  // namespace amibroker::host
