// SPDX-License-Identifier: Apache-2.0
//
// The configuration that runs, and how another one takes its place.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/command_line.hpp"
#include "core/app/config.hpp"
#include "core/app/config_check.hpp"
#include "core/app/config_diff.hpp"
#include "core/app/config_outcome.hpp"
#include "core/app/end_limit.hpp"
#include "core/app/hang_watch.hpp"
#include "core/app/log_level.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// Where plugins are looked for with a configuration.
using FoldersOf = std::function<host::PluginFolders(const Config& config)>;

/// Keeps servers and plugins as the configuration says. Loop's thread only, and never from inside a call of a plugin.
class LiveConfig {
 public:
  /// What it rules; all of it outlives this object.
  struct Ruled {
    link::Servers& servers;
    dispatch::Dispatcher& dispatcher;
    host::PluginHost& plugins;
    LogLevel& level;
    HangWatch& hangs;
    const EndLimit& end;
  };

  /// Adds the servers of `config`, which has no mistakes; they begin to connect when the loop runs. `line` wins over
  /// what the file says, and plugins that ended the daemon twice are left out. Once in a process.
  LiveConfig(Config config, const CommandLine& line, FoldersOf folders, const Ruled& ruled);

  [[nodiscard]] const Config& config() const noexcept { return config_; }

  /// Loads the plugins of the start. Returns the mistakes of the configuration.
  [[nodiscard]] std::vector<base::Problem> load_plugins();

  /// Puts another configuration in the place of this one, unless it has a mistake: then nothing changes. All that
  /// happens is in the log. What is the same in both is not touched.
  ConfigOutcome take(LoadedConfig loaded);
  /// What `take` would do of a configuration that was checked elsewhere. Changes and logs nothing.
  [[nodiscard]] ConfigOutcome compare(const CheckedConfig& checked) const;

  /// The last time that a configuration was read to be put in force, the start included.
  struct LastRead {
    std::chrono::steady_clock::time_point at;
    bool is_in_force = true;
    std::string text;  ///< the outcome in one line
  };
  [[nodiscard]] const LastRead& last_read() const noexcept { return last_read_; }
  /// Changes each time that another configuration comes into force.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  /// Whether the file, as it was read last, switches this plugin on, whatever was done by hand since.
  [[nodiscard]] bool file_switches_on(std::string_view plugin) const;
  [[nodiscard]] const std::string& file() const noexcept { return line_.config_file; }
  [[nodiscard]] host::PluginFolders folders() const { return folders_(config_); }

  /// Starts a plugin, with the options that the configuration has for it; if it runs, another instance takes its place.
  /// It counts as switched on until the next reload. `plugin`: see `plugin_of`. `checks`: what check_apart found of it.
  /// Mistakes are appended to `errors`; nothing changes then. False if it does not run, which is logged.
  bool start_plugin(host::PluginConfig plugin, host::ApartChecks checks, std::vector<base::Problem>& errors);
  /// Stops a plugin, which counts as switched off until the next reload. False if it does not run.
  bool stop_plugin(std::string_view name);
  /// Connects to one more server, until the next reload. It was checked, and no server has its section. `is_listed`: by
  /// the file, as it is now. A text if a port of it is one of a server that is there: nothing changes then.
  [[nodiscard]] std::string add_server(ServerSettings server, bool is_listed);
  /// Disconnects a server, which is gone until the next reload. False if there is none of this section.
  bool drop_server(std::string_view section);
  [[nodiscard]] bool has_server(std::string_view section) const { return ids_.contains(section); }
  /// Whether the file, as it was read last, lists this server.
  [[nodiscard]] bool file_lists(std::string_view section) const { return listed_.contains(section); }
  /// Servers that the file lists, as it was read last, and that were dropped by hand.
  [[nodiscard]] std::vector<std::string> dropped_servers() const;
  /// What the configuration says of a plugin, as if it were switched on; also of one that it does not name.
  [[nodiscard]] host::PluginConfig plugin_switched_on(std::string_view name) const;

 private:
  void set_level(Level level);
  [[nodiscard]] CommandLineWins wins() const;
  [[nodiscard]] ConfigOutcome refuse(std::vector<base::Problem> errors, std::vector<base::Problem> warnings);
  void note(const ConfigOutcome& outcome);
  [[nodiscard]] std::string shown_file() const;
  void apply(const ConfigDiff& diff, host::PluginPlan plan, Config config);
  void apply_servers(const ConfigDiff& diff);
  void add(const ServerSettings& server);
  void retire(std::string_view section);
  using Names = std::set<std::string, std::less<>>;
  void leave_out_crashed(Config& config) const;
  [[nodiscard]] static Names switched_on(const Config& config);
  [[nodiscard]] static Names listed(const Config& config);

  Config config_;
  const CommandLine& line_;
  FoldersOf folders_;
  Ruled ruled_;
  LastRead last_read_{std::chrono::steady_clock::now(), true, "read at the start"};
  std::uint64_t generation_ = 0;
  Names on_in_file_;                                  // plugins
  Names listed_;                                      // servers of the file
  Names held_;                                        // servers that left while they were held
  std::map<std::string, ServerId, std::less<>> ids_;  // of the servers that are there, by section
};

}  // namespace amibroker::app
