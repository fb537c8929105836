// SPDX-License-Identifier: Apache-2.0
//
// A small file that remembers, over restarts, which plugins ended the daemon.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/problem.hpp"
#include "core/host/current_call.hpp"
#include "core/host/plugin_config.hpp"
#include "core/host/plugin_folder.hpp"

namespace amibroker::app {

/// A plugin that ended the daemon so many times within this time starts switched off.
inline constexpr std::size_t most_crashes = 2;
inline constexpr std::chrono::seconds crash_memory{600};

/// One line of the file: a plugin ended the daemon.
struct Crash {
  std::int64_t when = 0;  ///< seconds since 1970
  std::string plugin;
  std::int64_t changed = 0;  ///< see host::CallOwner
  friend bool operator==(const Crash&, const Crash&) = default;
};

/// The file `crash-record` in the folder that systemd makes (StateDirectory=, of several the first); nothing if there
/// is none.
[[nodiscard]] std::optional<std::filesystem::path> crash_record_file();

/// The crashes of the last ten minutes, of at most the last 64 KiB of the file. Whatever else is in it is skipped, a
/// file that is none is empty.
[[nodiscard]] std::vector<Crash> read_crashes(const std::filesystem::path& file, std::int64_t now);

/// Switches those plugins off that ended the daemon too often, unless their library was changed since; returns a text
/// for each. The file keeps only what `read_crashes` gives, so that it stays small.
std::vector<std::string> switch_off_crashed(std::vector<host::PluginConfig>& plugins,
                                            const host::PluginFolders& folders, const std::filesystem::path& file,
                                            std::int64_t now = ::time(nullptr));

/// Where `note_crash` writes from now on. Before the first plugin is loaded; once.
void set_crash_record(const std::filesystem::path& file);
/// Appends a crash; nothing without `set_crash_record`. Safe in a signal handler.
void note_crash(const host::CallOwner& plugin) noexcept;

}  // namespace amibroker::app
