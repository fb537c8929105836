// SPDX-License-Identifier: Apache-2.0
//
// How much is logged: what the configuration says, and for a while what somebody asks for.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "amibroker/host.hpp"
#include "core/base/event_loop.hpp"

namespace amibroker::app {

/// Loop's thread.
class LogLevel {
 public:
  using Set = std::function<void(Level level)>;

  /// `set` changes the log itself, which has the level `configured`. The loop outlives this object.
  LogLevel(base::EventLoop& loop, Set set, Level configured)
      : loop_(loop), set_(std::move(set)), configured_(configured) {}
  ~LogLevel() { loop_.cancel(timer_); }
  LogLevel(const LogLevel&) = delete;
  LogLevel& operator=(const LogLevel&) = delete;

  /// What the configuration says from now on. While another level is lent, it comes into force when that ends.
  void configure(Level level);
  /// This level instead, for so long; then what the configuration says by then. A call before the end takes the place
  /// of the one before. Both changes are logged.
  void lend(Level level, std::chrono::seconds length);
  /// Ends that now, with a line in the log. Nothing if nothing is lent.
  void take_back();

  [[nodiscard]] Level configured() const noexcept { return configured_; }
  [[nodiscard]] Level in_force() const noexcept { return lent_.value_or(configured_); }
  /// When the lent level ends; nothing if none is lent.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> until() const noexcept;

 private:
  void say(const std::string& line, Level now);

  base::EventLoop& loop_;
  Set set_;
  Level configured_;
  std::optional<Level> lent_;
  std::chrono::steady_clock::time_point until_{};
  base::TimerHandle timer_ = 0;
};

}  // namespace amibroker::app
