// SPDX-License-Identifier: Apache-2.0
//
// The life of the daemon: everything is made, wired, run, and taken down here.
#pragma once

#include <memory>
#include <vector>

#include "core/app/config.hpp"
#include "core/app/signals.hpp"
#include "core/base/event_loop.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/ami_fleet.hpp"
#include "core/link/ami_link.hpp"
#include "core/link/zmq_fleet.hpp"
#include "core/link/zmq_link.hpp"

namespace amibroker::app {

/// One run of the daemon, on the thread that makes it, where `block_signals` was called.
class Application {
 public:
  explicit Application(const Config& config);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Loads the plugins; mistakes of the configuration come back, and then `run` must not be called.
  [[nodiscard]] std::vector<base::Problem> load_plugins(const host::PluginFolders& folders);

  /// Runs until SIGTERM or SIGINT; SIGUSR1 logs what is known of servers and plugins. Throws std::exception where the
  /// machine lacks something (memory, descriptors).
  void run();

 private:
  [[nodiscard]] std::unique_ptr<link::Link> make_link(ServerId id);
  void on_signal(int number);
  void report();
  void report_messages();
  void report_counters() const;

  const Config& config_;
  base::EventLoop loop_;
  Signals signals_;
  dispatch::Dispatcher dispatcher_;
  link::Fleet fleet_;
  link::ZmqFleet zmq_fleet_;
  link::AmiFleet ami_fleet_{fleet_};
  std::vector<std::unique_ptr<link::Link>> links_;
  host::PluginHost plugins_;
};

}  // namespace amibroker::app
