// SPDX-License-Identifier: Apache-2.0
//
// The configuration file, read and checked. All mistakes of a file are found in one run.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "core/base/findings.hpp"
#include "core/bus/settings.hpp"
#include "core/control/rights.hpp"
#include "core/host/apart_check.hpp"
#include "core/host/plugin_config.hpp"
#include "core/link/server_config.hpp"

namespace amibroker::app {

/// One server: how it is reached, and what plugins are told of it (see ServerInfo). Each list has an item once.
struct ServerSettings : link::ServerConfig {
  std::vector<std::string> zones{};
  std::vector<std::string> include{};
  std::vector<std::string> exclude{};
};

/// `[control]`: where commands are taken, and from whom.
struct ControlSettings {
  /// Absolute. Nothing: in systemd's folder for the daemon ($RUNTIME_DIRECTORY), or nowhere without one; empty:
  /// nowhere.
  std::optional<std::string> socket{};
  control::Rights rights{};
  std::string look_group{};  ///< as they are written; empty: none
  std::string change_group{};
};

/// `[http]`: where the daemon can be looked at by TCP.
struct HttpSettings {
  std::string address{};                   ///< IPv4 or IPv6
  std::uint16_t port = 0;                  ///< 0: nowhere
  std::vector<std::string> allow_hosts{};  ///< in small letters
  std::string token{};                     ///< empty: none is asked for
  std::string tls_certificate{};           ///< a file, checked; empty: no TLS
  std::string tls_key{};
  std::string board{};  ///< folder of its pages; empty: those that came with the daemon

  [[nodiscard]] bool operator==(const HttpSettings&) const = default;
};

/// docs/configuration.md says what each of these means to an administrator.
struct Config {
  Level log_level = Level::info;
  std::chrono::milliseconds request_timeout{1000};
  std::chrono::seconds hang_limit{10};  ///< 0: never
  std::chrono::seconds stop_limit{5};
  bool count_messages = false;
  bool verbose_messages = false;
  ControlSettings control;
  HttpSettings http;
  std::optional<cluster::Settings> cluster;  ///< nothing: this broker is alone
  int cluster_line = 0;                      ///< of `[cluster]`
  std::vector<ServerSettings> servers;       ///< in the order of `sections`, at least one
  /// Folder of the plugins; empty if it is found relative to the binary. A relative path of the file was completed
  /// with the file's own folder.
  std::string plugin_path;
  /// device_state, presence_state, then the others in the order of the file. A plugin that only has a section of
  /// settings is there too, switched off.
  std::vector<host::PluginConfig> plugins;
};

/// What was found in a file. Both lists are in the order of the lines.
struct LoadedConfig {
  Config config;                        ///< usable only if `ok()`
  std::vector<base::Problem> errors;    ///< at most `base::max_errors`, then one that says how many more there are
  std::vector<base::Problem> warnings;  ///< probably not meant, but no harm; as many at most
  /// What helper processes found of the plugins that run apart, if they were asked.
  host::ApartChecks apart{};
  int secret_line = 0;  ///< of the first secret that is written in the file itself; 0: none

  [[nodiscard]] bool ok() const noexcept { return errors.empty(); }
};

inline constexpr std::size_t max_config_bytes = 1024 * 1024;
inline constexpr std::size_t max_plugins = 1000;

/// Reads a file. A file that cannot be read is an error of line 0.
[[nodiscard]] LoadedConfig load_config(const std::string& path);

/// The same from memory. Relative paths in it begin at `folder`, or at the working directory if that is empty. Files
/// that it names are read.
[[nodiscard]] LoadedConfig parse_config(std::string_view text, const std::string& folder = {});

/// One server of a file, for somebody who adds it by hand.
struct LoadedServer {
  std::optional<ServerSettings> server{};  ///< nothing if there is no such section, or it has errors
  bool is_there = false;                   ///< the file has a section of this name that can be a server's
  bool is_listed = false;                  ///< `sections` lists it
  std::vector<base::Problem> errors{};
  std::string hint{};  ///< see base::did_you_mean; if it is not there
};

/// Reads one server's section of a file, whether `sections` lists it or not. Mistakes of other sections are none of
/// its; lines that cannot be read are, for nobody knows what they were meant for. Files that the section names are
/// read.
[[nodiscard]] LoadedServer load_server(const std::string& path, std::string_view section);

/// The same from memory; relative paths begin at `folder`.
[[nodiscard]] LoadedServer parse_server(std::string_view text, const std::string& folder, std::string_view section);

/// `FILE:LINE: text`, or `FILE: text` if no line is to blame.
[[nodiscard]] std::string to_string(std::string_view file, const base::Problem& error);

}  // namespace amibroker::app
