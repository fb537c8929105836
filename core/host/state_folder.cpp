// SPDX-License-Identifier: Apache-2.0
#include "core/host/state_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/printable.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_shown_path = 500;

}  // namespace

std::filesystem::path state_folder_of(const std::filesystem::path& all, std::string_view plugin) {
  std::string name(plugin);
  std::replace(name.begin(), name.end(), instance_mark, '.');
  return all / name;
}

std::string make_state_folder(const std::filesystem::path& folder) {
  const std::string path = base::printable(folder.string(), longest_shown_path);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    const int error = errno;
    return path + " cannot be made: " + std::strerror(error) + "; see whether " +
           base::printable(folder.parent_path().string(), longest_shown_path) +
           " is there, and whether the daemon's user may write there";
  }
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
    return path + " is there, but is no folder; move it away";
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
    return path + " is there, but the daemon's user may not write there; see who owns it (ls -ld)";
  return {};
}

}  // namespace amibroker::host
