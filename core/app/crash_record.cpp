// SPDX-License-Identifier: Apache-2.0
#include "core/app/crash_record.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "core/app/raw_text.hpp"
#include "core/app/systemd_folder.hpp"
#include "core/base/values.hpp"
#include "core/host/apart_check.hpp"
#include "core/host/file_identity.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::app {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;

std::array<char, 4096> record{};  // the file's path, where a signal handler finds it

/// The end of a file; empty if it is not an ordinary one. Waits for nothing.
std::string read_end(const std::filesystem::path& file) {
  std::string text;
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return text;
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
    text.resize(most_bytes);
    const off_t begin = std::max<off_t>(0, status.st_size - static_cast<off_t>(most_bytes));
    const ssize_t count = ::pread(descriptor, text.data(), text.size(), begin);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  ::close(descriptor);
  return text;
}

std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<Crash> parse(std::string_view line) {
  const auto when = base::parse_number(next_word(line));
  const std::string_view plugin = next_word(line);
  const auto changed = base::parse_number(next_word(line));
  if (!when || !changed || !line.empty() || !host::is_plugin_name(plugin)) return std::nullopt;
  return Crash{*when, std::string(plugin), *changed};
}

template <std::size_t space>
void add_line(RawText<space>& text, std::int64_t when, std::string_view plugin, std::int64_t changed) noexcept {
  text.add_number(static_cast<std::uint64_t>(when)).add(" ").add(plugin).add(" ");
  text.add_number(static_cast<std::uint64_t>(changed));
  text.end_line();
}

/// Nothing if there is no such file, or another thing in its place.
void keep_crashes(const std::filesystem::path& file, const std::vector<Crash>& crashes) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return;
  for (const Crash& crash : crashes) {
    RawText<128> line;
    add_line(line, crash.when, crash.plugin, crash.changed);
    static_cast<void>(!::write(descriptor, line.view().data(), line.view().size()));
  }
  ::close(descriptor);
}

std::int64_t change_of(const host::PluginFolders& folders, const std::string& plugin) {
  const auto file = folders.find(host::library_of(plugin));
  const auto identity = file ? host::FileIdentity::of(*file) : std::nullopt;
  return identity ? identity->changed() : 0;
}

std::string clock_text(std::int64_t when) {
  const auto seconds = static_cast<std::time_t>(when);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 16> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &parts)};
}

}  // namespace

std::optional<std::filesystem::path> crash_record_file() {
  const auto folder = systemd_folder("STATE_DIRECTORY");
  if (!folder) return std::nullopt;
  return *folder / "crash-record";  // a name that no plugin, and so no plugin's folder, can have
}

std::vector<Crash> read_crashes(const std::filesystem::path& file, std::int64_t now) {
  std::vector<Crash> crashes;
  const std::string text = read_end(file);
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto crash = parse(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    // One of the future is of a clock that was wrong then.
    if (crash && crash->when <= now && now - crash->when < crash_memory.count()) crashes.push_back(*crash);
  }
  return crashes;
}

std::vector<std::string> switch_off_crashed(std::vector<host::PluginConfig>& plugins,
                                            const host::PluginFolders& folders, const std::filesystem::path& file,
                                            std::int64_t now) {
  std::vector<std::string> texts;
  const auto crashes = read_crashes(file, now);
  keep_crashes(file, crashes);
  for (host::PluginConfig& plugin : plugins) {
    // One in a process of its own ends only that.
    if (!plugin.enabled || !host::is_plugin_name(plugin.name) || host::runs_apart(plugin)) continue;
    const std::int64_t changed = change_of(folders, plugin.name);
    std::vector<std::int64_t> times;
    for (const Crash& crash : crashes)
      if (crash.plugin == plugin.name && crash.changed == changed) times.push_back(crash.when);
    if (times.size() < most_crashes) continue;
    plugin.enabled = false;
    std::sort(times.begin(), times.end());
    const std::int64_t last = times[times.size() - most_crashes] + crash_memory.count();
    texts.push_back("plugin " + plugin.name + " is switched off: it ended the daemon " + std::to_string(times.size()) +
                    " times in the last 10 minutes (the log has a line of each). The rest runs without it. It is "
                    "switched on by a start or reload after " +
                    clock_text(last) +
                    ", by one once its library was replaced by a newer one, or at once: give it 'isolate = yes', or "
                    "delete " +
                    file.string() + ", and reload (systemctl reload)");
  }
  return texts;
}

void set_crash_record(const std::filesystem::path& file) {
  const std::string path = file.string();
  if (path.size() < record.size()) path.copy(record.data(), path.size());
}

void note_crash(const host::CallOwner& plugin) noexcept {
  if (record.front() == '\0') return;
  const int descriptor =
      ::open(record.data(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (descriptor < 0) return;
  RawText<512> line;
  add_line(line, ::time(nullptr), plugin.plugin, plugin.changed);
  static_cast<void>(!::write(descriptor, line.view().data(), line.view().size()));
  ::close(descriptor);
}

}  // namespace amibroker::app
