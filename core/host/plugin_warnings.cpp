// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_warnings.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>

#include "core/host/plugin_name.hpp"

namespace amibroker::host {
namespace {

namespace fs = std::filesystem;

/// Who but the owner may write there, or null. In a folder like /tmp (sticky) others cannot replace a file.
const char* who_else_writes(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0))
    return nullptr;
  if ((status.st_mode & S_IWOTH) != 0) return "everybody";
  return (status.st_mode & S_IWGRP) != 0 ? "its group" : nullptr;
}

void warn_of_writers(const fs::path& file, std::vector<std::string>& texts) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(file, error);
  for (const fs::path& path : {real, real.parent_path()})
    if (const char* who = who_else_writes(path))
      texts.push_back(path.string() + " can be written by " + who + ", who can so run anything as the daemon: chmod " +
                      (std::string_view(who) == "everybody" ? "go-w " : "g-w ") + path.string());
}

void warn_of_link(const fs::path& file, std::vector<std::string>& texts) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error || real.parent_path() == fs::canonical(file.parent_path(), error)) return;
  texts.push_back(file.string() + " is a link out of its folder, to " + real.string() +
                  ": what happens there decides what the daemon runs; copy the file if that is not meant");
}

}  // namespace

std::vector<base::Problem> plugin_warnings(const PluginFolders& folders, std::span<const PluginConfig> plugins) {
  std::vector<base::Problem> warnings;
  for (const PluginConfig& plugin : plugins) {
    if (!plugin.enabled || !is_plugin_name(plugin.name)) continue;
    const std::vector<fs::path> files = folders.find_all(library_of(plugin.name));
    if (files.empty()) continue;
    std::vector<std::string> texts;
    for (std::size_t i = 1; i < files.size(); ++i)
      texts.push_back(files.front().string() + " hides " + files[i].string() + ", which comes later in the search");
    warn_of_writers(files.front(), texts);
    warn_of_link(files.front(), texts);
    for (const std::string& text : texts) warnings.push_back({plugin.line, "plugin " + plugin.name + ": " + text});
  }
  return warnings;
}

}  // namespace amibroker::host
