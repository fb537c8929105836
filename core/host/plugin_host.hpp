// SPDX-License-Identifier: Apache-2.0
//
// All plugins of the daemon.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/host.hpp"
#include "core/base/event_loop.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/apart_check.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_life.hpp"
#include "core/host/plugin_plan.hpp"
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

  /// The same two values from now on, for all plugins.
  void set_general(std::chrono::milliseconds request_timeout, bool verbose) noexcept;

  /// A new server; servers are added in the order of their ServerId, from 0. Gives it to the dispatcher as well, and
  /// tells the plugins that run. Before anything is heard of the server.
  void add_server(ServerId server, const ServerLabel& label);
  /// The server's section was changed; its name stays. Nothing for a server that is retired. The same for the
  /// dispatcher and the plugins.
  void change_server(ServerId server, const ServerLabel& label);
  /// Whether plugins write to this server; those that run are told. It stays so until the next call, whatever a reload
  /// changes. False if it was so already, or if the server is retired.
  bool hold_server(ServerId server, bool on);
  /// The server was taken out of the configuration. Call it after Servers::retire, so that its requests have ended. The
  /// same for the dispatcher and the plugins.
  void retire_server(ServerId server);

  /// The folder in which each plugin has one for files of its own, absolute; empty: there is none. Before `start`.
  void set_state_folder(std::filesystem::path folder) { surroundings_.state_folder = std::move(folder); }

  /// The bus of this broker, which outlives this object; null: there is none. Before `start`.
  void set_cluster(cluster::Cluster* cluster) noexcept { surroundings_.cluster = cluster; }

  /// How plugins that have `isolate = yes` are kept apart. Before `plan`.
  void set_isolation(Isolation isolation) { isolation_ = std::move(isolation); }

  /// What a new configuration asks of the plugins: libraries that are new, or whose file changed, are loaded, options
  /// are checked. Nothing of what runs changes. Mistakes are appended to `errors`; the plan is then not to be applied.
  /// `checks`: what check_apart found of the same plugins.
  [[nodiscard]] PluginPlan plan(const PluginFolders& folders, std::span<const PluginConfig> plugins, ApartChecks checks,
                                std::vector<base::Problem>& errors);
  /// Carries the plan out, in one turn of the loop; never from inside a call of a plugin. What did not change is not
  /// touched. What does not start is logged.
  void apply(PluginPlan plan);

  /// The step of one plugin alone, as `plan` makes it; nothing if it is switched off or has mistakes.
  [[nodiscard]] std::optional<PluginStep> plan_one(const PluginFolders& folders, const PluginConfig& plugin,
                                                   ApartChecks& checks, std::vector<base::Problem>& errors) const;
  /// Carries out a step of `plan_one`; if the plugin runs, another instance takes its place even if nothing is
  /// different. Never from inside a call of a plugin. False if it does not run then, which is logged; one in a process
  /// of its own starts later, and what becomes of that is logged then.
  bool start_one(PluginStep step);
  /// Stops a plugin, whatever the configuration says. False if there is none of that name, or it is stopped already.
  /// Never from inside a call of a plugin.
  bool stop_one(std::string_view name);

  /// What `plan` would say of a configuration that was checked elsewhere, without loading a library: a line a change.
  [[nodiscard]] std::vector<std::string> changes_to(const PluginFolders& folders, std::span<const PluginConfig> plugins,
                                                    const PluginCheck& check) const;

  /// The servers as plugins see them, by ServerId. Views of it are valid until the next change of a server.
  [[nodiscard]] std::span<const ServerInfo> servers() const noexcept { return servers_.infos(); }

  /// The plan of the first configuration. If errors come back, nothing is to be started. Once, before `start`.
  [[nodiscard]] std::vector<base::Problem> load(const PluginFolders& folders, std::span<const PluginConfig> plugins);

  /// Starts all that was loaded, in the order of the configuration; returns how many run. Why others do not is logged.
  std::size_t start();

  /// Once, before `load`: what happens to plugins that throw too often, and how the daemon is ended if that is wanted.
  void set_quarantine(QuarantineRules rules) { rules_ = std::move(rules); }

  /// Once a second, by itself, after `start`: warns of plugins that take or write too much.
  void look();

  /// Stops all, in reverse order. Their answers, timers and posts that still wait are dropped.
  void stop() noexcept;

  /// All plugins that were ever wanted, in the order of the configuration; those that are not wanted any more come last
  /// (see PluginLife::running).
  [[nodiscard]] std::span<const std::unique_ptr<PluginLife>> plugins() const noexcept { return lives_; }

 private:
  void on_identified(ServerId server, const link::Identity& identity) override;
  [[nodiscard]] bool is_present(ServerId server) const noexcept;
  [[nodiscard]] PluginLife* life_of(std::string_view name) const noexcept;
  [[nodiscard]] std::optional<PluginStep> step_apart(const PluginFolders& folders, const PluginConfig& plugin,
                                                     ApartChecks& checks, std::vector<base::Problem>& errors) const;
  void add_stops(PluginPlan& plan) const;
  void carry_out(PluginStep& step);
  void sort_like(const PluginPlan& plan);

  dispatch::Dispatcher& dispatcher_;
  ServerTable servers_;
  SameAsteriskLog same_asterisk_{servers_};
  Surroundings surroundings_;
  Isolation isolation_;
  QuarantineRules rules_;
  base::TimerHandle watch_ = 0;
  PluginPlan first_plan_;
  std::vector<std::unique_ptr<PluginLife>> lives_;
};

}  // namespace amibroker::host
