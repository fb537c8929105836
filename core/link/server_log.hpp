// SPDX-License-Identifier: Apache-2.0
//
// What the log says of one server.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/log_limit.hpp"
#include "core/link/server_config.hpp"
#include "core/link/server_timings.hpp"
#include "core/link/wire.hpp"

namespace amibroker::link {

/// Writes the lines, and holds back those that say nothing new or come too often: a server that comes and goes all the
/// time, or that sends nothing but rubbish, must not fill the log. Loop's thread.
class ServerLog {
  using Time = std::chrono::steady_clock::time_point;

 public:
  explicit ServerLog(const ServerConfig& config);

  /// It has another name, or is reached elsewhere, from now on.
  void rename(const ServerConfig& config);
  /// `server 'Berlin' [server-1]`
  [[nodiscard]] const std::string& label() const noexcept { return label_; }

  void up(Time now);
  /// It cannot be reached, or no longer. A line only if it was up, or if the reason says more than what was logged
  /// before.
  void lost(const Loss& loss, bool was_up, const ServerTimings& timings, Time now);
  /// A message was dropped.
  void bad(std::string_view what, std::string_view why, Time now);
  /// Events were lost; 0: an unknown number.
  void events_lost(std::uint64_t count, Time now);
  void notice(std::string_view text);
  void traffic(std::string_view direction, std::string_view text) const;

 private:
  /// How much a reason says: a line comes only for more than was said before.
  enum class Said : std::uint8_t { nothing, reason, remedy, refusal };

  [[nodiscard]] bool allow_change(Time now);

  std::string label_;
  std::string place_;
  std::string advice_;
  Said said_ = Said::nothing;
  std::string last_notice_;
  // Lines that it is up or down:
  Time minute_begin_{};
  int lines_this_minute_ = 0;
  std::uint64_t changes_held_back_ = 0;
  base::LogLimit bad_limit_{std::chrono::minutes(1)};
  base::LogLimit loss_limit_{std::chrono::minutes(1)};
};

}  // namespace amibroker::link
