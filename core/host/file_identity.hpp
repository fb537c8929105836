// SPDX-License-Identifier: Apache-2.0
//
// Whether a file is still the one that it was.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace amibroker::host {

/// What changes if a file is replaced, or written again.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t seconds = 0;  ///< of its last change
  std::int64_t nanoseconds = 0;

  explicit FileIdentity(const struct stat& file) noexcept
      : device(file.st_dev),
        inode(file.st_ino),
        size(file.st_size),
        seconds(file.st_mtim.tv_sec),
        nanoseconds(file.st_mtim.tv_nsec) {}

  /// Nothing if there is no such file.
  [[nodiscard]] static std::optional<FileIdentity> of(const std::filesystem::path& file) noexcept {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return std::nullopt;
    return FileIdentity(found);
  }

  /// Its last change, in nanoseconds since 1970.
  [[nodiscard]] std::int64_t changed() const noexcept { return seconds * 1'000'000'000 + nanoseconds; }

  bool operator==(const FileIdentity&) const noexcept = default;
};

}  // namespace amibroker::host
