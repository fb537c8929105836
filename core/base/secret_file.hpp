// SPDX-License-Identifier: Apache-2.0
//
// Files that hold one secret: a key or a password.
#pragma once

#include <cstddef>
#include <string>

namespace amibroker::base {

inline constexpr std::size_t max_secret_bytes = 1000;

/// What a file holds. `error` and `warning` name the file and what to do, never what it holds.
struct SecretFile {
  std::string text;     ///< its one line without the line end, 1 to `max_secret_bytes` bytes; empty with an error
  std::string error;    ///< empty if the file could be read and is right
  std::string warning;  ///< empty if nobody can read or write the file who should not
};

/// Which file `path` means. A relative path is a file of the folder that systemd names in CREDENTIALS_DIRECTORY
/// if it is there, else it begins at `config_folder` (empty: at the working directory).
[[nodiscard]] std::string secret_path(const std::string& path, const std::string& config_folder);

/// That others can read or change a file that is none of their business, whatever it holds; empty if they cannot, or if
/// there is no such file.
[[nodiscard]] std::string warning_of_open_file(const std::string& file);

/// Reads the file that `path` means (see secret_path). Throws nothing but std::bad_alloc.
[[nodiscard]] SecretFile read_secret_file(const std::string& path, const std::string& config_folder);

}  // namespace amibroker::base
