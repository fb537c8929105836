// SPDX-License-Identifier: Apache-2.0
//
// How long it takes from a change on one server until the write of it on each other one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/simulator/observer.hpp"

namespace amibroker::sim {

/// What a meter found so far. One change has one target for each other server.
struct LatencyFigures {
  std::uint64_t changes = 0;    ///< of native devices, on their own servers
  std::uint64_t writes = 0;     ///< of `Custom:` devices, on all servers
  std::uint64_t delivered = 0;  ///< targets that were written with the value of their change
  std::uint64_t replaced = 0;   ///< targets on which a later change was written and this one never was
  std::uint64_t open = 0;       ///< targets whose write has not come
  std::uint64_t unasked = 0;    ///< writes that no open change asked for
  std::chrono::duration<double, std::milli> median{0};  ///< of the delivered ones
  std::chrono::duration<double, std::milli> p99{0};
  std::chrono::duration<double, std::milli> longest{0};
};

/// Any thread. A write counts for the oldest open change of that value: if a value came twice before it was written
/// once, the longer time counts, to the broker's disadvantage.
class LatencyMeter : public Observer {
 public:
  explicit LatencyMeter(std::size_t servers) : targets_(servers) {}

  void on_change(std::size_t server, std::string_view device, DeviceState state, Clock::time_point time) override;
  void on_write(std::size_t server, std::string_view key, std::string_view value, Clock::time_point time) override;

  [[nodiscard]] LatencyFigures figures() const;

  /// Forgets all figures; changes that are open stay open.
  void restart();

 private:
  struct Open {
    DeviceState state;
    Clock::time_point since;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  // For each target: the devices of others, and what is to come for each.
  using Target = std::unordered_map<std::string, std::deque<Open>, Hash, std::equal_to<>>;

  mutable std::mutex mutex_;
  std::vector<Target> targets_;
  LatencyFigures counts_;
  std::vector<float> milliseconds_;
};

}  // namespace amibroker::sim
