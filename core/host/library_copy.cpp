// SPDX-License-Identifier: Apache-2.0
#include "core/host/library_copy.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/host/elf_check.hpp"

namespace amibroker::host {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

bool write_all(int to, const char* bytes, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t written = ::write(to, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool copy_all(int from, int to) {
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    if (!write_all(to, buffer.data(), static_cast<std::size_t>(got))) return false;
  }
}

/// `/proc/PID/fd/N` in a spelling of its own for each call: the bits of a number, as `/` and `./`.
std::filesystem::path spelled_anew(int descriptor) {
  static std::atomic<std::uint64_t> last{0};
  std::string path = "/proc/" + std::filesystem::read_symlink("/proc/self").string() + "/fd/";
  for (std::uint64_t bits = ++last; bits != 0; bits >>= 1U) path += (bits & 1U) != 0 ? "./" : "/";
  return path + std::to_string(descriptor);
}

}  // namespace

std::variant<LibraryCopy, Refusal> LibraryCopy::make(const std::filesystem::path& file) {
  const auto refused = [&](const std::string& what) {
    return Refusal{RefusalReason::missing, file.string() + " cannot be copied into memory: " + what};
  };
  const Descriptor from(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat before {};
  if (from.get() < 0 || ::fstat(from.get(), &before) != 0)
    return refused(std::string(std::strerror(errno)) + "; let the daemon's user read it");
  Descriptor to(::memfd_create(file.filename().c_str(), MFD_CLOEXEC));
  if (to.get() < 0 || !copy_all(from.get(), to.get()))
    return refused(std::string(std::strerror(errno)) + "; see whether memory is left on this machine");
  struct stat after {};
  if (::fstat(from.get(), &after) != 0 || FileIdentity(before) != FileIdentity(after))
    return refused("somebody writes it at this moment; try again once that is done");
  return LibraryCopy(to.release(), FileIdentity(before));
}

LibraryCopy::LibraryCopy(int descriptor, const FileIdentity& identity)
    : descriptor_(descriptor), path_(spelled_anew(descriptor)), identity_(identity), mapped_(size_mapped(path_)) {}

LibraryCopy::LibraryCopy(LibraryCopy&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      identity_(other.identity_),
      mapped_(other.mapped_) {}

LibraryCopy& LibraryCopy::operator=(LibraryCopy&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(identity_, other.identity_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

/// What is mapped stays in memory for good, and with it the whole file, unless it is cut: most of it is for debuggers,
/// which find it under the name only until now.
LibraryCopy::~LibraryCopy() {
  if (descriptor_ < 0) return;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t whole_pages = (mapped_ + page - 1) / page * page;
  // If it fails, memory is lost and nothing else.
  if (mapped_ > 0) static_cast<void>(::ftruncate(descriptor_, static_cast<off_t>(whole_pages)) == 0);
  ::close(descriptor_);
}

}  // namespace amibroker::host
