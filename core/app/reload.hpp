// SPDX-License-Identifier: Apache-2.0
//
// When the configuration is read again, and that nothing waits for it.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "core/app/background.hpp"
#include "core/app/config.hpp"
#include "core/app/config_outcome.hpp"
#include "core/app/service_manager.hpp"
#include "core/base/event_loop.hpp"

namespace amibroker::app {

/// Reads the configuration on a thread of its own, for its files may be on a disk that does not answer. Loop's thread
/// only.
class Reload {
 public:
  /// Called on a thread of its own, one call at a time. It may still run when this object is gone, so it owns what it
  /// uses. Exceptions count as a file that cannot be read.
  using Read = std::function<LoadedConfig()>;
  /// Called on the loop's thread with what was read. Returns what became of it; its line is for systemd, too.
  using Take = std::function<ConfigOutcome(LoadedConfig)>;

  /// A file that is not read after that has a line in the log.
  static constexpr std::chrono::seconds default_patience{5};

  /// Loop and service manager outlive it.
  Reload(base::EventLoop& loop, const ServiceManager& service_manager, Read read, Take take,
         std::chrono::milliseconds patience = default_patience);
  ~Reload();
  Reload(const Reload&) = delete;
  Reload& operator=(const Reload&) = delete;

  /// The file may have changed. While it is being read, it is read once more after that, however often this is called:
  /// what was read may be older than the call. `heard` gets the outcome of the reading that began after the call, on
  /// the loop's thread; dropped with this object.
  using Heard = std::function<void(const ConfigOutcome& outcome)>;
  void ask(Heard heard = nullptr);

 private:
  void begin();
  void finish(LoadedConfig loaded);
  void warn_of_silence();

  base::EventLoop& loop_;
  const ServiceManager& service_manager_;
  Read read_;
  Take take_;
  std::chrono::milliseconds patience_;
  Background background_;
  base::TimerHandle patience_timer_ = 0;
  bool reading_ = false;
  bool once_more_ = false;
  std::vector<Heard> hears_, hears_next_;  // of the reading that is under way, and of the one after it
};

}  // namespace amibroker::app
