// SPDX-License-Identifier: Apache-2.0
//
// The commands of the daemon: what docs/control.md lists.
#pragma once

#include <chrono>
#include <memory>
#include <variant>

#include "core/app/board_feed.hpp"
#include "core/app/config_check.hpp"
#include "core/app/live_config.hpp"
#include "core/app/log_level.hpp"
#include "core/app/loop_share.hpp"
#include "core/app/plugin_switch.hpp"
#include "core/app/reload.hpp"
#include "core/app/server_switch.hpp"
#include "core/app/site_desk.hpp"
#include "core/app/traces.hpp"
#include "core/base/event_loop.hpp"
#include "core/control/command.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/servers.hpp"

namespace amibroker::cluster {
class Cluster;
}

namespace amibroker::app {

/// What commands look at and change; all of it outlives them. Loop's thread.
struct Commanded {
  const LiveConfig& config;
  const link::Servers& servers;
  host::PluginHost& plugins;
  dispatch::Dispatcher& dispatcher;
  Reload& reload;
  ConfigCheck& check;
  PluginSwitch& plugin_switch;
  ServerSwitch& server_switch;
  Traces& traces;
  LogLevel& level;
  BoardFeed& board;
  LoopShare& share;  ///< for questions that need many pieces
  base::EventLoop& loop;
  const cluster::Cluster* cluster;  ///< null: there are no other sites
  std::shared_ptr<SiteDesk> sites;
};

/// Adds all that are below.
void add_commands(control::Commands& commands, const Commanded& commanded);

/// `servers`, `server`, `server-add`, `server-drop`, `hold`, `release`, `resync`, `trace` (server_commands.cpp).
void add_server_commands(control::Commands& commands, const Commanded& commanded);
/// `plugins`, `plugin`, `plugin-enable`, `plugin-disable`, `plugin-reload` (plugin_commands.cpp).
void add_plugin_commands(control::Commands& commands, const Commanded& commanded);
/// `status`, `reload`, `diff`, `log-level` (daemon_commands.cpp).
void add_daemon_commands(control::Commands& commands, const Commanded& commanded);
/// `show`, `wrong`, which all plugins answer that distribute states, and `ask`, for a command that one plugin set with
/// the SDK's Commands (lamp_commands.cpp).
void add_lamp_commands(control::Commands& commands, const Commanded& commanded);

/// `cluster` (cluster_commands.cpp).
void add_cluster_commands(control::Commands& commands, const Commanded& commanded);
/// `hints` (hint_commands.cpp).
void add_hint_commands(control::Commands& commands, const Commanded& commanded);

/// By its section, which only one has; otherwise by its name for people, if only one is called so. Null if there is
/// none.
[[nodiscard]] const link::Server* find_server(const link::Servers& servers, std::string_view name);
/// That there is none, with the nearest section.
[[nodiscard]] control::Failure unknown_server(const link::Servers& servers, std::string_view name);
/// Null if no plugin of this name runs or ran.
[[nodiscard]] host::PluginLife* find_plugin(const host::PluginHost& plugins, std::string_view name);
/// That there is none, with the nearest name.
[[nodiscard]] control::Failure unknown_plugin(const host::PluginHost& plugins, std::string_view name);

/// A command without arguments that only tells.
template <typename Tell>
void add_look(control::Commands& commands, std::string_view name, std::string_view help, Tell tell) {
  commands.add({name, control::Level::look, help, {}, [tell](const control::Arguments&, const control::Done& done) {
                  done(tell());
                }});
}

/// The argument `for`, a length of 1 s to `longest`, which is whole hours; `usual` if it is not given.
[[nodiscard]] std::variant<std::chrono::seconds, control::Failure> length_argument(const control::Arguments& arguments,
                                                                                   std::chrono::seconds usual,
                                                                                   std::chrono::seconds longest);

/// Calls `visit` for each server that is not retired.
template <typename Visit>
void each_server(const link::Servers& servers, Visit&& visit) {
  for (ServerId id = 0; id < servers.size(); ++id)
    if (!servers.at(id).stopped()) visit(servers.at(id));
}

}  // namespace amibroker::app
