// SPDX-License-Identifier: Apache-2.0
//
// What the dispatcher calls: one plugin that runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "amibroker/export.hpp"
#include "amibroker/host.hpp"
#include "amibroker/reply.hpp"

namespace amibroker::dispatch {

/// What is known of one handler's calls since it was added. Times are sums of steps of some milliseconds: right over
/// many calls, and for long ones.
struct CallStatistics {
  std::uint64_t calls = 0;
  std::uint64_t faults = 0;
  std::chrono::nanoseconds busy{0};
  std::chrono::nanoseconds longest{0};

  CallStatistics& operator+=(const CallStatistics& other) noexcept;
};

/// A running plugin as the dispatcher sees it. Each function returns false, with the reason in `fault`, if the plugin
/// threw. Loop's thread only.
class Handler {
 public:
  virtual ~Handler() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  virtual bool event(ServerId server, const Message& message, Fault& fault) noexcept = 0;
  virtual bool server_up(ServerId server, Fault& fault) noexcept = 0;
  virtual bool server_down(ServerId server, Fault& fault) noexcept = 0;
  virtual bool server_added(ServerId server, Fault& fault) noexcept = 0;
  virtual bool server_changed(ServerId server, Fault& fault) noexcept = 0;
  virtual bool server_retired(ServerId server, Fault& fault) noexcept = 0;
  virtual bool events_lost(ServerId server, std::uint64_t count, Fault& fault) noexcept = 0;
  virtual bool report(Fault& fault) noexcept = 0;
  virtual bool completion(const Completion& done, const Reply& reply, Fault& fault) noexcept = 0;
  virtual bool task(const std::function<void()>& task, Fault& fault) noexcept = 0;
  /// A call threw just now, with its fault written to the log; `statistics`: all calls until now, this one included.
  /// From inside Dispatcher: the handler may be removed, but not destroyed.
  virtual void threw(const CallStatistics& statistics) noexcept = 0;
};

}  // namespace amibroker::dispatch
