// SPDX-License-Identifier: Apache-2.0
//
// How much of a queue each plugin may fill.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace amibroker::cluster {

struct QueueLimits {
  std::size_t messages = 20'000;
  std::size_t bytes = std::size_t{16} << 20;
};

/// One plugin's place in a queue, so that a flood for one costs the others nothing. Not safe for several threads.
class Quotas {
 public:
  explicit Quotas(QueueLimits limits) : limits_(limits) {}

  /// Only plugins that were added have a place.
  void add(std::string_view plugin);
  [[nodiscard]] bool knows(std::string_view plugin) const { return used_.contains(plugin); }
  /// False if there is no room. What fills an empty place alone always has room.
  [[nodiscard]] bool take(std::string_view plugin, std::size_t bytes);
  void give_back(std::string_view plugin, std::size_t bytes) noexcept;

 private:
  struct Used {
    std::size_t messages = 0;
    std::size_t bytes = 0;
  };
  QueueLimits limits_;
  std::map<std::string, Used, std::less<>> used_;
};

}  // namespace amibroker::cluster
