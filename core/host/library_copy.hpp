// SPDX-License-Identifier: Apache-2.0
//
// A copy of a library that nobody else can change.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>

#include "core/host/file_identity.hpp"
#include "core/host/refusal.hpp"

namespace amibroker::host {

/// A copy in memory. A library that is mapped from its own file takes the process down by SIGBUS if the file is
/// overwritten in place, as `cp` does; and the loader takes a file that was overwritten for the one that it has.
class LibraryCopy {
 public:
  /// Copies `file`, which is refused if it changes meanwhile.
  [[nodiscard]] static std::variant<LibraryCopy, Refusal> make(const std::filesystem::path& file);

  LibraryCopy(LibraryCopy&& other) noexcept;
  LibraryCopy& operator=(LibraryCopy&& other) noexcept;
  ~LibraryCopy();

  /// A name for the loader, which no other copy of this process ever has: the loader knows libraries by their names,
  /// and descriptors are used again. While this object lives, debuggers find the file under it.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// What the file was when it was copied.
  [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }

 private:
  LibraryCopy(int descriptor, const FileIdentity& identity);

  int descriptor_;
  std::filesystem::path path_;
  FileIdentity identity_;
  std::uint64_t mapped_;
};

}  // namespace amibroker::host
