// SPDX-License-Identifier: Apache-2.0
//
// Where the plugins are: NAME.so in one of the folders of the configuration.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace amibroker::host {

/// Folders that are searched in their order.
class PluginFolders {
 public:
  explicit PluginFolders(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}

  [[nodiscard]] const std::vector<std::filesystem::path>& all() const noexcept { return folders_; }

  /// The file of a plugin, whose name must be an identifier, in the first folder that has it.
  [[nodiscard]] std::optional<std::filesystem::path> find(std::string_view name) const;

  /// The same in each folder that has it, in the order of the folders: the first one is the one that is used.
  [[nodiscard]] std::vector<std::filesystem::path> find_all(std::string_view name) const;

  /// All files `*.so`, by name; of several with the same name only the one that `find` gives.
  [[nodiscard]] std::vector<std::filesystem::path> libraries() const;

  /// Why there is no plugin of this name, in words for the administrator: the folders that were searched, what is
  /// there, and what may have been meant.
  [[nodiscard]] std::string why_missing(std::string_view name) const;

 private:
  std::vector<std::filesystem::path> folders_;
};

}  // namespace amibroker::host
