// SPDX-License-Identifier: Apache-2.0
//
// How long it takes from a change on one server until the write of it on each other one.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
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
  std::uint64_t left_out = 0;   ///< targets of which nothing is said because of `leave_out`
  std::chrono::duration<double, std::milli> median{0};  ///< of the delivered ones
  std::chrono::duration<double, std::milli> p99{0};
  std::chrono::duration<double, std::milli> longest{0};
};

/// Which targets times are of.
enum class Way : std::uint8_t {
  within,  ///< the change and the write are on servers of one group
  across,
};

/// How long it took.
struct LatencyTimes {
  std::uint64_t measured = 0;
  std::chrono::duration<double, std::milli> median{0};
  std::chrono::duration<double, std::milli> p99{0};
};

/// Any thread. A write counts for the oldest open change of that value: if a value came twice before it was written
/// once, the longer time counts, to the broker's disadvantage.
class LatencyMeter : public Observer {
 public:
  explicit LatencyMeter(std::size_t servers) : LatencyMeter(std::vector<std::size_t>(servers)) {}
  /// `groups`: of each server, as the sites are.
  explicit LatencyMeter(std::vector<std::size_t> groups) : groups_(std::move(groups)), targets_(groups_.size()) {}

  void on_change(std::size_t server, std::string_view device, DeviceState state, Clock::time_point time) override;
  void on_write(std::size_t server, std::string_view key, std::string_view value, Clock::time_point time) override;

  [[nodiscard]] LatencyFigures figures() const;
  [[nodiscard]] LatencyTimes times(Way way) const;

  /// From now on nothing is said of targets between this group and others, nor of those that are open now.
  void leave_out(std::size_t group);
  /// Ends it; what was left out is not waited for any more.
  void take_in();

  /// Forgets all figures; changes that are open stay open.
  void restart();

 private:
  struct Open {
    DeviceState state;
    std::size_t server;
    Clock::time_point since;
    bool left_out;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  // For each target: the devices of others, and what is to come for each.
  using Target = std::unordered_map<std::string, std::deque<Open>, Hash, std::equal_to<>>;

  [[nodiscard]] bool is_left_out(std::size_t server, std::size_t target) const noexcept;

  mutable std::mutex mutex_;
  const std::vector<std::size_t> groups_;
  std::vector<Target> targets_;
  LatencyFigures counts_;
  std::array<std::vector<float>, 2> milliseconds_;  // by way
  std::optional<std::size_t> left_out_group_;
};

}  // namespace amibroker::sim
