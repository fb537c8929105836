// SPDX-License-Identifier: Apache-2.0
#include "core/app/systemd_folder.hpp"

#include <cstdlib>
#include <string_view>

namespace amibroker::app {

std::optional<std::filesystem::path> systemd_folder(const char* variable) {
  const char* const folders = std::getenv(variable);
  const std::string_view all = folders == nullptr ? "" : folders;
  const std::string_view first = all.substr(0, all.find(':'));
  if (first.empty() || first.front() != '/') return std::nullopt;
  return std::filesystem::path(first);
}

}  // namespace amibroker::app
