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

}  // namespace

std::optional<std::filesystem::path> PluginFolders::find(std::string_view name) const {
  for (const auto& folder : folders_) {
    std::filesystem::path file = folder / (std::string(name) + std::string(suffix));
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) return file;
  }
  return std::nullopt;
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
  for (const auto& folder : folders_) {
    std::error_code ignored;
    text += (&folder == &folders_.front() ? "" : ", ") + folder.string();
    if (!std::filesystem::is_directory(folder, ignored)) text += " (which is no folder)";
  }
  if (folders_.empty()) text += "any folder, because none is set";

  std::vector<std::string> names;
  for (const auto& file : libraries()) names.push_back(file.stem().string());
  text += base::did_you_mean(name, std::vector<std::string_view>(names.begin(), names.end()));
  if (names.empty()) return text + "; no plugin is there at all: set the right folder with 'path =' in [plugins]";
  std::string there;
  for (const auto& known : names) there += (there.empty() ? "" : ", ") + known;
  return text + "; there are: " + base::printable(there, longest_shown_list);
}

}  // namespace amibroker::host
