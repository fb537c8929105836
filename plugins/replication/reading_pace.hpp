// SPDX-License-Identifier: Apache-2.0
//
// How often the states of one server are read if there is a reason again and again.
#pragma once

#include <chrono>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A server that says FullyBooted all the time, or loses events all the time, must not cost the broker its time: a list
/// is the most expensive thing that there is. So between two readings there is a pause of a second. If reasons go on
/// coming in every pause, the pauses grow after some of them, up to half a minute; after one without a reason the next
/// is a second again. Pure logic: the time is an argument.
class ReadingPace {
 public:
  static constexpr std::chrono::milliseconds least_pause{1000};
  static constexpr std::chrono::milliseconds longest_pause{32'000};
  /// So many pauses of a second: a restart of Asterisk gives some reasons within a few seconds.
  static constexpr int patience = 5;

  /// A reading ended, with or without a result.
  void ended(TimePoint now) noexcept {
    pause_began_ = now;
    wanted_ = false;
  }

  /// There is a reason to read: how long it has to wait.
  [[nodiscard]] std::chrono::milliseconds wait(TimePoint now) noexcept;

  [[nodiscard]] std::chrono::milliseconds pause() const noexcept { return pause_; }
  [[nodiscard]] bool is_slow() const noexcept { return pause_ > least_pause; }

 private:
  void calm_down() noexcept {
    in_a_row_ = 0;
    pause_ = least_pause;
  }

  TimePoint pause_began_ = TimePoint() - std::chrono::hours(24 * 365);  // long ago
  std::chrono::milliseconds pause_ = least_pause;
  int in_a_row_ = 0;     ///< pauses with a reason
  bool wanted_ = false;  ///< there was a reason in this pause
};

}  // namespace amibroker::replication
