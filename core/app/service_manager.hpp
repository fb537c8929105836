// SPDX-License-Identifier: Apache-2.0
//
// What systemd is told of the daemon (Type=notify, WatchdogSec=), see sd_notify(3). Only user of libsystemd.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace amibroker::app {

/// Without systemd, which is if NOTIFY_SOCKET is not set, every call does nothing. A message that cannot be sent is
/// logged. A systemd that does not read may hold the caller up, so these calls are for the loop's thread alone.
class ServiceManager {
 public:
  /// Reads WATCHDOG_USEC and WATCHDOG_PID.
  ServiceManager();

  /// READY=1: units that are ordered after this one may start.
  void ready() const { tell("READY=1"); }
  /// RELOADING=1: the configuration is read again; `reloaded` follows. Says since when, for
  /// Type=notify-reload.
  void reloading() const;
  /// READY=1 after `reloading`, with a line that `systemctl status` shows.
  void reloaded(const std::string& status) const;
  /// STOPPING=1: the end was asked for.
  void stopping() const { tell("STOPPING=1"); }
  /// WATCHDOG=1: the loop runs.
  void alive() const { tell("WATCHDOG=1"); }

  /// How often `alive` is to be called: half the time after which systemd kills the daemon; nothing if it does not
  /// watch.
  [[nodiscard]] std::optional<std::chrono::milliseconds> alive_period() const noexcept { return alive_period_; }

 private:
  static void tell(const char* state);

  std::optional<std::chrono::milliseconds> alive_period_;
};

}  // namespace amibroker::app
