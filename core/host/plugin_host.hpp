// SPDX-License-Identifier: Apache-2.0
//
// All plugins of the daemon.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "core/base/event_loop.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_instance.hpp"
#include "core/host/plugin_loading.hpp"

namespace amibroker::host {

/// What plugins are told of one server (see ServerInfo); its ServerId is its position.
struct ServerLabel {
  std::string section;  ///< name of its section in the configuration
  std::string name;     ///< name for people
  std::vector<std::string> zones{};
  std::vector<std::string> include{};
  std::vector<std::string> exclude{};
};

/// Loads, starts and stops the plugins. Everything on the loop's thread. The loop and the dispatcher outlive it.
///
/// A mistake of the configuration is an error of `load`, with which the daemon does not start. A plugin that breaks
/// when it runs costs the daemon only that plugin.
class PluginHost {
 public:
  /// `request_timeout`: for requests that name none. `verbose`: what Host::verbose says.
  PluginHost(base::EventLoop& loop, dispatch::Dispatcher& dispatcher, std::vector<ServerLabel> servers,
             std::chrono::milliseconds request_timeout, bool verbose);
  /// Stops what still runs. Only now do calls from threads that plugins forgot become dangerous.
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  /// Loads the plugins that are switched on and checks their options. Where errors come back, nothing is to be
  /// started. Once, before `start`.
  [[nodiscard]] std::vector<base::Problem> load(const PluginFolders& folders, std::span<const PluginConfig> plugins);

  /// Starts all that was loaded, in the order of the configuration; returns how many run. Why others do not is logged.
  std::size_t start();

  /// Stops all, in reverse order, and destroys them. Their answers, timers and posts that still wait are dropped.
  void stop() noexcept;

  /// The plugins that were started, those that failed or were stopped included (see PluginInstance::running).
  [[nodiscard]] std::span<const std::unique_ptr<PluginInstance>> plugins() const noexcept { return instances_; }

 private:
  /// The lists of one label as plugins see them.
  struct Lists {
    std::vector<std::string_view> zones, include, exclude;
  };
  static std::vector<Lists> lists_of(const std::vector<ServerLabel>& labels);
  static std::vector<ServerInfo> infos_of(const std::vector<ServerLabel>& labels, const std::vector<Lists>& lists);

  std::vector<ServerLabel> labels_;
  std::vector<Lists> lists_;         // views of labels_
  std::vector<ServerInfo> servers_;  // views of labels_ and lists_
  Surroundings surroundings_;
  std::vector<LoadedPlugin> loaded_;
  std::vector<std::unique_ptr<PluginInstance>> instances_;
};

}  // namespace amibroker::host
