// SPDX-License-Identifier: Apache-2.0
//
// A plugin that does not come back is named while it hangs, and ended with the daemon.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/app/hang_timer.hpp"

namespace amibroker::app {

/// Watches the calls into plugins from a thread of its own. A call that takes longer than `warning` is logged with its
/// stack while it hangs. One that takes longer than the limit ends the process with ExitCode::forced_end, after
/// `last_words`: whatever it is that the plugin does, no server is served meanwhile.
class HangWatch {
 public:
  static constexpr std::chrono::milliseconds warning{1000};

  /// `limit` 0: it only warns. Throws std::system_error if the process has no thread left.
  explicit HangWatch(std::chrono::milliseconds limit);
  ~HangWatch();
  HangWatch(const HangWatch&) = delete;
  HangWatch& operator=(const HangWatch&) = delete;

  /// From now on; any thread.
  void set_limit(std::chrono::milliseconds limit);

 private:
  void run();
  void warn(const host::CallSnapshot& call, std::chrono::milliseconds limit) const;
  void end(const host::CallSnapshot& call) const;

  std::mutex mutex_;  // guards what is changed from outside
  std::chrono::milliseconds limit_;
  HangTimer timer_;
  std::condition_variable ends_;
  bool is_over_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace amibroker::app
