// SPDX-License-Identifier: Apache-2.0
//
// The thread that has the sockets of the bus.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/bus/outbox.hpp"
#include "plugins/bus/request.hpp"
#include "plugins/bus/settings.hpp"
#include "plugins/bus/subscriptions.hpp"

namespace amibroker::bus {

/// Sends what is in the outbox, and hands what comes in to the loop with Host::post. The loop never waits for it.
class Worker {
 public:
  /// Both are called on the loop's thread.
  struct Calls {
    /// What readers want has changed. At most 20 times a second, and never before the last call has returned.
    std::function<void(std::shared_ptr<const Wanted>)> wanted;
    /// An action is asked for, at most ActionDesk::most_under_way at a time. Its answer goes to Outbox::answer.
    std::function<void(std::vector<std::string> envelope, Request request)> asked;
  };

  /// Starts the thread. `host` and `outbox` must be valid until `stop`. `run`: see Publisher. Throws std::system_error.
  Worker(Host& host, Outbox& outbox, Settings settings, std::string run, Calls calls);
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Ends the thread, which takes some milliseconds; what waits is dropped. Once, or again without effect.
  void stop();

 private:
  class Sockets;

  void run() noexcept;
  void tell(std::shared_ptr<const Wanted> wanted);
  void wait_for_end(std::chrono::milliseconds time) const;

  Host& host_;
  Outbox& outbox_;
  const Settings settings_;
  const std::string run_;
  const std::shared_ptr<const Calls> calls_;
  const std::shared_ptr<std::atomic<bool>> told_ = std::make_shared<std::atomic<bool>>(false);  ///< on its way
  std::thread thread_;
};

}  // namespace amibroker::bus
