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

/// Where what is found goes, and where what is looked for lies.
class Findings {
 public:
  explicit Findings(std::string folder_of_config) : folder(std::move(folder_of_config)) {}

  /// Folder of the configuration file: relative paths in it begin there. Empty: they begin at the working directory.
  std::string folder;
  /// Line of the first secret that stands in the file itself; 0: none does.
  int secret_line = 0;
  std::vector<host::ConfigError> errors;
  std::vector<host::ConfigError> warnings;

  void error(int line, std::string text) { errors.push_back({line, std::move(text)}); }
  void warning(int line, std::string text) { warnings.push_back({line, std::move(text)}); }

  /// `did_you_mean` for a wrong name of the file; empty once that was asked `max_errors` times, for a file may hold a
  /// hundred thousand wrong names, and each is compared with all right ones.
  [[nodiscard]] std::string hint(std::string_view word, std::span<const std::string_view> known);

 private:
  std::size_t hints_ = 0;
};

/// A server while it is read: what its section has said so far. Whether its keys go together is looked at afterwards,
/// see config_access.hpp.
struct ServerDraft {
  ServerSettings server{};
  bool transport_is_known = true;  ///< false: what its section must hold cannot be said
  bool tls = false;
  bool tls_insecure = false;
  std::string ca_file{};
  std::string curve_server_key{};
  std::string curve_secret_file{};
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
void read_keys(const IniSection& section, std::span<const KeySpec<Target>> table, Target& target, Findings& findings) {
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
