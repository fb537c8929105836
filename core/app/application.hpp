// SPDX-License-Identifier: Apache-2.0
//
// The life of the daemon: everything is made, wired, run, and taken down here.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/app/board_feed.hpp"
#include "core/app/config_check.hpp"
#include "core/app/doctor_desk.hpp"
#include "core/app/end_limit.hpp"
#include "core/app/event_feed.hpp"
#include "core/app/exit_code.hpp"
#include "core/app/hang_watch.hpp"
#include "core/app/live_config.hpp"
#include "core/app/log_level.hpp"
#include "core/app/logging.hpp"
#include "core/app/loop_share.hpp"
#include "core/app/plugin_switch.hpp"
#include "core/app/reload.hpp"
#include "core/app/server_switch.hpp"
#include "core/app/service_manager.hpp"
#include "core/app/signals.hpp"
#include "core/app/site_desk.hpp"
#include "core/app/traces.hpp"
#include "core/base/event_loop.hpp"
#include "core/bus/cluster.hpp"
#include "core/control/pulse.hpp"
#include "core/control/service.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// One run of the daemon, on the thread that makes it, after `prepare_signals`.
class Application {
 public:
  /// `config` is that of `line.config_file`. `end` says when it is time to end, and is told what the daemon waits for.
  /// All that is referred to outlives this object.
  Application(Config config, const CommandLine& line, FoldersOf folders, Logging& log, const EndLimit& end);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Loads the plugins. Returns the mistakes of the configuration; if there are any, `run` must not be called.
  [[nodiscard]] std::vector<base::Problem> load_plugins();

  /// Runs until SIGTERM or SIGINT, or until a plugin with `on_fault = exit` throws too often (ExitCode::failure).
  /// SIGHUP reads the configuration again, SIGUSR1 logs what is known of servers and plugins. Throws std::exception if
  /// the machine lacks something (memory, descriptors).
  [[nodiscard]] ExitCode run();

 private:
  void wait_for_end();
  void on_signal(int number);
  void stop_plugins();
  void report();
  void report_messages();
  void report_lives() const;
  void report_counters() const;

  [[nodiscard]] std::vector<base::Problem> load_engine();
  void open_control();
  void open_web(const HttpSettings& http);
  void read_board();
  [[nodiscard]] std::filesystem::path control_path() const;
  [[nodiscard]] std::string switched_on() const;

  const EndLimit& end_;
  const Logging& log_;
  HangWatch hangs_;  // as long as there are plugins
  ServiceManager service_manager_;
  base::EventLoop loop_;
  boost::asio::posix::stream_descriptor end_wanted_;
  Signals signals_;
  dispatch::Dispatcher dispatcher_;
  link::Servers servers_;
  std::optional<cluster::Cluster> cluster_;
  host::PluginHost plugins_;
  ExitCode exit_code_ = ExitCode::success;
  LogLevel level_;
  LiveConfig live_;
  Reload reload_;
  ConfigCheck check_;
  PluginSwitch plugin_switch_;
  ServerSwitch server_switch_;
  Traces traces_{loop_, servers_};
  DoctorDesk doctor_{loop_};
  control::Pulse pulse_{loop_};
  LoopShare questions_{5};
  std::shared_ptr<SiteDesk> sites_ = std::make_shared<SiteDesk>(plugins_, loop_, questions_);
  control::Site site_;
  BoardFeed board_{loop_, plugins_, servers_};
  EventFeed events_{dispatcher_, plugins_, servers_};
  std::optional<control::Service> control_;  // the first to go: what it answers uses all of the above
};

}  // namespace amibroker::app
