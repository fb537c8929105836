// SPDX-License-Identifier: Apache-2.0
//
// All plugins of the daemon.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "amibroker/host.hpp"
#include "core/base/event_loop.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_instance.hpp"
#include "core/host/plugin_loading.hpp"
#include "core/host/same_asterisk_log.hpp"
#include "core/host/server_table.hpp"

namespace amibroker::host {

/// Loads, starts and stops the plugins. Everything on the loop's thread. The loop and the dispatcher outlive it.
///
/// A mistake of the configuration is an error of `load`, with which the daemon does not start. A plugin that breaks
/// when it runs costs the daemon only that plugin.
class PluginHost final : private dispatch::IdentityListener {
 public:
  /// `request_timeout`: for requests that name none. `verbose`: what Host::verbose says.
  PluginHost(base::EventLoop& loop, dispatch::Dispatcher& dispatcher, std::chrono::milliseconds request_timeout,
             bool verbose);
  /// Stops what still runs. Only now do calls from threads that plugins forgot become dangerous.
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  /// A new server; servers are added in the order of their ServerId, from 0. Gives it to the dispatcher as well, and
  /// tells the plugins that run. Before anything is heard of the server.
  void add_server(ServerId server, const ServerLabel& label);
  /// The server's section was changed; its name stays. Nothing for a server that is retired. The same for the
  /// dispatcher and the plugins.
  void change_server(ServerId server, const ServerLabel& label);
  /// The server was taken out of the configuration. Call it after Servers::retire, so that its requests have ended. The
  /// same for the dispatcher and the plugins.
  void retire_server(ServerId server);

  /// Loads the plugins that are switched on and checks their options. If errors come back, nothing is to be started.
  /// Once, before `start`.
  [[nodiscard]] std::vector<base::Problem> load(const PluginFolders& folders, std::span<const PluginConfig> plugins);

  /// Starts all that was loaded, in the order of the configuration; returns how many run. Why others do not is logged.
  std::size_t start();

  /// Stops all, in reverse order, and destroys them. Their answers, timers and posts that still wait are dropped.
  void stop() noexcept;

  /// The plugins that were started, those that failed or were stopped included (see PluginInstance::running).
  [[nodiscard]] std::span<const std::unique_ptr<PluginInstance>> plugins() const noexcept { return instances_; }

 private:
  void on_identified(ServerId server, const link::Identity& identity) override;
  [[nodiscard]] bool is_present(ServerId server) const noexcept;

  dispatch::Dispatcher& dispatcher_;
  ServerTable servers_;
  SameAsteriskLog same_asterisk_{servers_};
  Surroundings surroundings_;
  std::vector<LoadedPlugin> loaded_;
  std::vector<std::unique_ptr<PluginInstance>> instances_;
};

}  // namespace amibroker::host
