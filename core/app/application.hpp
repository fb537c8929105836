// SPDX-License-Identifier: Apache-2.0
//
// The life of the daemon: everything is made, wired, run, and taken down here.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <vector>

#include "core/app/config.hpp"
#include "core/app/end_limit.hpp"
#include "core/app/service_manager.hpp"
#include "core/app/signals.hpp"
#include "core/base/event_loop.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// One run of the daemon, on the thread that makes it, after `prepare_signals`.
class Application {
 public:
  /// `end` says when it is time to end, and is told what the daemon waits for.
  Application(const Config& config, const EndLimit& end);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Loads the plugins. Returns the mistakes of the configuration; if there are any, `run` must not be called.
  [[nodiscard]] std::vector<base::Problem> load_plugins(const host::PluginFolders& folders);

  /// Runs until SIGTERM or SIGINT; SIGUSR1 logs what is known of servers and plugins. Throws std::exception if the
  /// machine lacks something (memory, descriptors).
  void run();

 private:
  void wait_for_end();
  void on_signal(int number);
  void stop_plugins();
  void report();
  void report_messages();
  void report_counters() const;

  const Config& config_;
  const EndLimit& end_;
  ServiceManager service_manager_;
  base::EventLoop loop_;
  boost::asio::posix::stream_descriptor end_wanted_;
  Signals signals_;
  dispatch::Dispatcher dispatcher_;
  link::Servers servers_;
  host::PluginHost plugins_;
};

}  // namespace amibroker::app
