// SPDX-License-Identifier: Apache-2.0
#include "core/control/files.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace amibroker::control {
namespace {

constexpr std::pair<std::string_view, std::string_view> types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".json", "application/json"},
};

std::string_view type_of(const std::filesystem::path& file) {
  for (const auto& [ending, type] : types)
    if (file.extension() == ending) return type;
  return {};
}

[[noreturn]] void refuse(const std::filesystem::path& place, const std::string& why) {
  throw std::runtime_error("the board in " + place.string() + " cannot be served: " + why);
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(file), {});
  if (!file) refuse(path, "it cannot be read");
  return content;
}

}  // namespace

Files::Files(const std::filesystem::path& folder) {
  std::error_code error;
  std::size_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string_view type = type_of(entry.path());
    if (type.empty() || entry.symlink_status(error).type() != std::filesystem::file_type::regular) continue;
    bytes += entry.file_size(error);
    if (files_.size() >= most_files || bytes > most_bytes) refuse(folder, "it has more than 100 files or 4 MiB");
    files_.emplace('/' + entry.path().filename().string(), File{type, read(entry.path())});
  }
  if (error) refuse(folder, error.message());
  if (!files_.contains("/index.html")) refuse(folder, "there is no index.html");
}

const Files::File* Files::find(std::string_view path) const noexcept {
  const auto found = files_.find(path == "/" ? std::string_view("/index.html") : path);
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace amibroker::control
