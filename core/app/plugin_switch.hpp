// SPDX-License-Identifier: Apache-2.0
//
// Plugins that an administrator starts and stops by hand, until the next reload.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/background.hpp"
#include "core/app/live_config.hpp"

namespace amibroker::app {

/// Loop's thread only.
class PluginSwitch {
 public:
  enum class Result : std::uint8_t {
    done,      ///< it runs, or is stopped
    wrong,     ///< it cannot be started: see `errors`
    failed,    ///< its start failed, which is logged
    not_on,    ///< it is not switched on, so there is nothing to stop
    conflict,  ///< another configuration came into force meanwhile, so nothing was done
  };
  struct Outcome {
    Result result;
    std::vector<base::Problem> errors{};
  };
  using Heard = std::function<void(const Outcome& outcome)>;

  /// Both outlive it.
  PluginSwitch(base::EventLoop& loop, LiveConfig& config) : background_(loop), config_(config) {}

  /// Starts the plugin with the options of the configuration; if it runs, a new instance of what its file is now takes
  /// its place. A plugin that is to run in a process of its own is looked at by a helper process first, which the loop
  /// does not wait for; so `heard` is called later, or dropped with this object.
  void start(std::string_view name, Heard heard);
  [[nodiscard]] Outcome stop(std::string_view name);

 private:
  Background background_;
  LiveConfig& config_;
};

}  // namespace amibroker::app
