// SPDX-License-Identifier: Apache-2.0
//
// The files of the board, in memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace amibroker::control {

/// Read once: no request ever reaches the file system. Read on any thread.
class Files {
 public:
  static constexpr std::size_t most_files = 100;
  static constexpr std::size_t most_bytes = std::size_t{4} << 20;  ///< of all together

  struct File {
    std::string_view type;  ///< media type
    std::string content;
  };

  /// None.
  Files() = default;
  /// Reads what lies in `folder` itself and is of a kind that a browser needs; links, folders and all else are left
  /// out. Throws std::runtime_error, whose text says what to do, if there is no `index.html`, or if a file cannot be
  /// read or the bounds are passed.
  explicit Files(const std::filesystem::path& folder);

  /// By the path of a request, as it came: `/main.js`, or `/` for `index.html`. Null if there is none.
  [[nodiscard]] const File* find(std::string_view path) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return files_.size(); }

 private:
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace amibroker::control
