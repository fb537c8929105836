// SPDX-License-Identifier: Apache-2.0
#include "core/base/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "core/base/values.hpp"

namespace amibroker::base {
namespace {

/// Closes a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

std::string why_not_readable(int error) {
  const std::string text = ": " + std::generic_category().message(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR: return text + "; create it, or correct its name";
    case EACCES:
    case EPERM: return text + "; let the user that runs the broker read it (chown, chmod 0600)";
    default: return text;
  }
}

/// At most one byte more than the longest secret with its line end. `error` is an errno, or 0.
std::string read_all(int fd, int& error) {
  std::string text(max_secret_bytes + 3, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(fd, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) error = errno;
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// What is wrong with a line that should be a secret; empty if nothing is.
std::string_view check(std::string_view line) {
  if (line.empty()) return " holds nothing in its first line; write the secret there, and nothing else";
  if (line.find('\n') != line.npos) return " has more than one line; leave the one with the secret";
  if (line.size() > max_secret_bytes) return " holds more than 1000 bytes, so it is no file with a secret";
  if (has_control(line))
    return " holds control characters, so it is no file with a secret; write the secret alone, as text";
  return {};
}

/// Empty if nobody can read or write it who should not.
std::string warning_of(const struct stat& status, const std::string& file) {
  if ((status.st_mode & (S_IWGRP | S_IROTH | S_IWOTH)) == 0) return {};
  return "other users can read or change " + file + "; take that from them: chmod 0600 " + file;
}

}  // namespace

std::string warning_of_open_file(const std::string& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? warning_of(status, file) : std::string();
}

std::string secret_path(const std::string& path, const std::string& config_folder) {
  if (const char* credentials = std::getenv("CREDENTIALS_DIRECTORY"); credentials != nullptr && !path.empty()) {
    const auto credential = std::filesystem::path(credentials) / path;
    std::error_code error;
    if (std::filesystem::path(path).is_relative() && std::filesystem::is_regular_file(credential, error))
      return credential.string();
  }
  return path_in(config_folder, path);
}

SecretFile read_secret_file(const std::string& path, const std::string& config_folder) {
  const std::string file = secret_path(path, config_folder);
  const auto failed = [&file](std::string_view why) { return SecretFile{{}, file + std::string(why), {}}; };
  // Without O_NONBLOCK, opening a pipe would wait for its other end.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0)
    return failed(" cannot be opened" + why_not_readable(errno));
  if (!S_ISREG(status.st_mode)) return failed(" is not a file; name the file that holds the secret");
  int error = 0;
  const std::string text = read_all(descriptor.get(), error);
  if (error != 0) return failed(" cannot be read" + why_not_readable(error));
  const std::string_view line = without_line_end(text);
  if (const std::string_view mistake = check(line); !mistake.empty()) return failed(mistake);
  SecretFile result{std::string(line), {}, {}};
  result.warning = warning_of(status, file);
  return result;
}

}  // namespace amibroker::base
