// SPDX-License-Identifier: Apache-2.0
#include "core/host/elf_check.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

namespace amibroker::host {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

template <typename T>
bool read_at(std::ifstream& in, std::uint64_t offset, T* into, std::size_t count) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::vector<char> bytes(count * sizeof(T));
  if (!in.seekg(static_cast<std::streamoff>(offset))) return false;
  if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return false;
  std::memcpy(into, bytes.data(), bytes.size());
  return true;
}

bool is_elf(const Header& header) noexcept { return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0; }

bool same_machine(const Header& a, const Header& b) noexcept {
  return a.e_ident[EI_CLASS] == b.e_ident[EI_CLASS] && a.e_ident[EI_DATA] == b.e_ident[EI_DATA] &&
         a.e_machine == b.e_machine;
}

std::string machine_of(const Header& header) {
  const char* const bits = header.e_ident[EI_CLASS] == ELFCLASS64 ? ", 64 bit" : ", 32 bit";
  return "ELF machine " + std::to_string(header.e_machine) + bits;
}

/// The size that the file needs to have, so that the loader finds every byte that it maps; 0 if it cannot be known.
std::uint64_t size_needed(std::ifstream& in, const Header& header) {
  std::vector<Segment> segments(header.e_phnum);
  if (header.e_phentsize != sizeof(Segment) || !read_at(in, header.e_phoff, segments.data(), segments.size())) return 0;
  std::uint64_t needed = 0;
  for (const Segment& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    const std::uint64_t end = segment.p_offset + segment.p_filesz;
    if (end < segment.p_offset) return 0;
    needed = std::max(needed, end);
  }
  return needed;
}

}  // namespace

std::uint64_t size_mapped(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Header header{};
  return read_at(in, 0, &header, 1) && is_elf(header) ? size_needed(in, header) : 0;
}

std::optional<Refusal> check_elf(const std::filesystem::path& file, const std::filesystem::path& shown) {
  const std::string name = (shown.empty() ? file : shown).string();
  const auto no_library = [&](const std::string& what, const std::string& remedy) {
    return Refusal{RefusalReason::no_library, name + " is no plugin: " + what + "; " + remedy};
  };
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return Refusal{RefusalReason::missing, name + ": there is no such file; copy the plugin there"};
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return Refusal{RefusalReason::missing,
                   name + " cannot be read: " + std::strerror(errno) + "; let the daemon's user read it"};

  Header header{};
  if (!read_at(in, 0, &header, 1) || !is_elf(header))
    return no_library("it is no ELF file", "copy the .so there that the build of the plugin made");
  std::ifstream self("/proc/self/exe", std::ios::binary);
  Header own{};
  if (read_at(self, 0, &own, 1) && !same_machine(header, own))
    return no_library(
        "it is made for another machine (" + machine_of(header) + "; this daemon: " + machine_of(own) + ")",
        "build it on this machine");
  if (header.e_type != ET_DYN)
    return no_library("it is an ELF file, but no shared library", "build it with amibroker_add_plugin");
  const std::uint64_t size = std::filesystem::file_size(file, error);
  const std::uint64_t needed = size_needed(in, header);
  if (error || needed == 0 || needed > size)
    return no_library("it is cut short: " + std::to_string(size) + " bytes" +
                          (needed == 0 ? std::string() : " of at least " + std::to_string(needed)),
                      "copy it again");
  return std::nullopt;
}

}  // namespace amibroker::host
