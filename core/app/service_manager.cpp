// SPDX-License-Identifier: Apache-2.0
#include "core/app/service_manager.hpp"

#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include <system_error>

namespace amibroker::app {

ServiceManager::ServiceManager() {
  std::uint64_t microseconds = 0;
  const int watched = ::sd_watchdog_enabled(0, &microseconds);
  if (watched > 0)
    alive_period_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(microseconds) / 2);
  else if (watched < 0)
    spdlog::warn(
        "systemd's watchdog is not fed, so systemd will kill the daemon if it has one: WATCHDOG_USEC or WATCHDOG_PID "
        "in the environment is not a number");
}

void ServiceManager::reloading() const {
  // The steady clock is CLOCK_MONOTONIC, and systemd compares the number with when it sent SIGHUP.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  tell(("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds)).c_str());
}

void ServiceManager::reloaded(const std::string& status) const { tell(("READY=1\nSTATUS=" + status).c_str()); }

void ServiceManager::tell(const char* state) {
  const int result = ::sd_notify(0, state);
  if (result < 0)
    spdlog::warn(
        "systemd was not told {}: {}. It may take the daemon for dead: look at NOTIFY_SOCKET and NotifyAccess=", state,
        std::generic_category().message(-result));
}

}  // namespace amibroker::app
