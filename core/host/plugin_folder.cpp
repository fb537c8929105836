// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_folder.hpp"

#include <map>
#include <system_error>

#include "core/base/nearest.hpp"
#include "core/base/printable.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_shown_list = 400;
constexpr std::string_view suffix = ".so";

/// There, but its files cannot be seen: it may not be entered, or not be listed.
bool is_unreadable(const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::directory_iterator files(folder, error);
  return error == std::errc::permission_denied;
}

std::string why_no_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (is_unreadable(folder)) return " (which cannot be read)";
  return std::filesystem::is_directory(folder, error) ? "" : " (which is no folder)";
}

}  // namespace

std::optional<std::filesystem::path> PluginFolders::find(std::string_view name) const {
  std::vector<std::filesystem::path> files = find_all(name);
  if (files.empty()) return std::nullopt;
  return std::move(files.front());
}

std::vector<std::filesystem::path> PluginFolders::find_all(std::string_view name) const {
  std::vector<std::filesystem::path> files;
  for (const auto& folder : folders_) {
    std::filesystem::path file = folder / (std::string(name) + std::string(suffix));
    // Also a link whose file is gone, and a file that may not be read: opening it says what is wrong with it.
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) files.push_back(std::move(file));
  }
  return files;
}

std::vector<std::filesystem::path> PluginFolders::libraries() const {
  std::map<std::string, std::filesystem::path> by_name;
  for (const auto& folder : folders_) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
      if (entry->path().extension() == suffix) by_name.try_emplace(entry->path().stem().string(), entry->path());
  }
  std::vector<std::filesystem::path> files;
  for (auto& [name, file] : by_name) files.push_back(std::move(file));
  return files;
}

std::string PluginFolders::why_missing(std::string_view name) const {
  std::string text = "there is no " + std::string(name) + std::string(suffix) + " in ";
  bool unreadable = false;
  for (const auto& folder : folders_) {
    text += (&folder == &folders_.front() ? "" : ", ") + folder.string();
    text += why_no_folder(folder);
    unreadable = unreadable || is_unreadable(folder);
  }
  if (folders_.empty()) text += "any folder, because none is set";

  // What was meant may be in the folder that cannot be read.
  if (unreadable) return text + "; let the daemon's user read that folder (chmod, ls -ld)";
  std::vector<std::string> names;
  for (const auto& file : libraries()) names.push_back(file.stem().string());
  text += base::did_you_mean(name, std::vector<std::string_view>(names.begin(), names.end()));
  if (names.empty()) return text + "; no plugin is there at all: set the right folder with 'path =' in [plugins]";
  std::string there;
  for (const auto& known : names) there += (there.empty() ? "" : ", ") + known;
  return text + "; there are: " + base::printable(there, longest_shown_list);
}

}  // namespace amibroker::host
