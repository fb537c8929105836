// SPDX-License-Identifier: Apache-2.0
//
// The configuration file, read while the daemon runs by somebody who wants to know what a reload would do.
#pragma once

#include <functional>
#include <vector>

#include "core/app/background.hpp"
#include "core/app/config.hpp"
#include "core/host/plugin_loading.hpp"

namespace amibroker::app {

/// A configuration that was read, and the plugins that it wants as helper processes found them: nothing of it was
/// loaded into the daemon.
struct CheckedConfig {
  LoadedConfig loaded;
  host::PluginCheck plugins;  ///< empty if the configuration has mistakes of its own
};

/// Reads one at a time, on a thread of its own. Loop's thread only.
class ConfigCheck {
 public:
  /// Called on a thread of its own, one call at a time. It may still run when this object is gone, so it owns what it
  /// uses. Exceptions count as a file that cannot be read.
  using Read = std::function<CheckedConfig()>;
  /// Gets what was read after the question, on the loop's thread; dropped with this object.
  using Heard = std::function<void(const CheckedConfig& checked)>;

  /// The loop outlives it.
  ConfigCheck(base::EventLoop& loop, Read read) : background_(loop), read_(std::move(read)) {}

  void ask(Heard heard);

 private:
  void begin();
  void finish(const CheckedConfig& checked);

  Background background_;
  Read read_;
  bool reading_ = false;
  std::vector<Heard> hears_, hears_next_;  // of the reading that is under way, and of the one after it
};

}  // namespace amibroker::app
