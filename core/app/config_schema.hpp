// SPDX-License-Identifier: Apache-2.0
//
// Which sections and keys a configuration has, and how each one is read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/config.hpp"
#include "core/app/ini_reader.hpp"

namespace amibroker::app {

/// Where what is found goes.
struct Findings {
  std::vector<host::ConfigError> errors;
  std::vector<host::ConfigError> warnings;

  void error(int line, std::string text) { errors.push_back({line, std::move(text)}); }
  void warning(int line, std::string text) { warnings.push_back({line, std::move(text)}); }
};

/// A server while it is read: what its section has said so far, and in which lines.
struct ServerDraft {
  ServerSettings server{};
  int addr_line = 0;
  int cmd_port_line = 0;
  int evt_port_line = 0;
};

/// How one key of a section is read into `Target`.
template <typename Target>
struct KeySpec {
  std::string_view name;
  void (*read)(const IniEntry& entry, Target& target, Findings& findings);
};

/// `[general]`. The keys device_state and presence switch the plugins that are already in `Config::plugins`.
[[nodiscard]] std::span<const KeySpec<Config>> general_keys() noexcept;

/// `[servers]`: `sections`, as the entry itself.
[[nodiscard]] std::span<const KeySpec<const IniEntry*>> servers_keys() noexcept;

/// The section of a server.
[[nodiscard]] std::span<const KeySpec<ServerDraft>> server_keys() noexcept;

/// The plugin of that name; a new one, switched off, where there is none.
host::PluginConfig& plugin_of(Config& config, std::string_view name);

/// A value of yes or no; an error and nothing else where it is neither.
void read_boolean(const IniEntry& entry, bool& value, Findings& findings);

/// False, with an error, where the value goes on in a second line.
bool check_one_line(const IniEntry& entry, Findings& findings);

/// An unknown key, with the nearest one.
void report_unknown_key(const IniEntry& entry, std::string_view section, std::span<const std::string_view> known,
                        Findings& findings);

/// Reads the keys of a section by its table.
template <typename Target>
void read_keys(const IniSection& section, std::span<const KeySpec<Target>> table, Target& target,
               Findings& findings) {
  for (const IniEntry& entry : section.entries) {
    const KeySpec<Target>* spec = nullptr;
    for (const KeySpec<Target>& candidate : table)
      if (candidate.name == entry.key) spec = &candidate;
    if (spec != nullptr) {
      spec->read(entry, target, findings);
      continue;
    }
    std::vector<std::string_view> known;
    for (const KeySpec<Target>& candidate : table) known.push_back(candidate.name);
    report_unknown_key(entry, section.name, known, findings);
  }
}

}  // namespace amibroker::app
