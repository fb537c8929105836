// SPDX-License-Identifier: Apache-2.0
//
// When a call into a plugin counts as one that hangs.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/host/current_call.hpp"

namespace amibroker::app {

/// Pure: is given what it sees and the time since it last looked.
class HangTimer {
 public:
  enum class Step : std::uint8_t { nothing, warn, end };

  /// `limit` 0: a call never comes to its end. `period`: how often `look` is meant to be called.
  HangTimer(std::chrono::milliseconds warning, std::chrono::milliseconds limit,
            std::chrono::milliseconds period) noexcept
      : warning_(warning), limit_(limit), longest_look_(2 * period) {}

  void set_limit(std::chrono::milliseconds limit) noexcept { limit_ = limit; }

  /// Each of `warn` and `end` comes once a call. `passed`: since the last look. If it is far more than the period, the
  /// whole process stood still (SIGSTOP, a debugger, a machine that slept), and that is not the fault of a plugin: only
  /// as much counts as the plugin may have had.
  [[nodiscard]] Step look(const host::CallSnapshot& call, std::chrono::milliseconds passed) noexcept;

  /// How long the call that was seen last has run, as far as it counts.
  [[nodiscard]] std::chrono::milliseconds length() const noexcept { return length_; }

 private:
  std::chrono::milliseconds warning_;
  std::chrono::milliseconds limit_;
  std::chrono::milliseconds longest_look_;
  std::uint64_t number_ = 0;  // of the call that was seen last; 0: there was none
  std::chrono::milliseconds length_{0};
  bool warned_ = false;
};

}  // namespace amibroker::app
