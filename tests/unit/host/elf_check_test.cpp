// SPDX-License-Identifier: Apache-2.0
#include "core/host/elf_check.hpp"

#include <elf.h>
#include <gmock/gmock.h>

#include <cstddef>
#include <iterator>

#include "core/host/plugin_library.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path healthy = std::filesystem::path(AMIBROKER_TEST_PLUGINS) / "healthy.so";

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class CheckElf : public ::testing::Test {
 protected:
  Refusal refusal_of(const std::string& content) {
    return check_elf(folder.write("x.so", content)).value_or(Refusal{RefusalReason::missing, "none"});
  }
  TempFolder folder;
};

TEST_F(CheckElf, APluginIsFine) { EXPECT_FALSE(check_elf(healthy)); }

TEST_F(CheckElf, AMissingFileAndAFolderAreNamed) {
  for (const auto& file : {folder.path() / "none.so", folder.path()}) {
    const auto refusal = check_elf(file).value();
    EXPECT_EQ(refusal.reason, RefusalReason::missing);
    EXPECT_THAT(refusal.text, AllOf(HasSubstr(file.string()), HasSubstr("no such file"), HasSubstr("copy")));
  }
}

TEST_F(CheckElf, TextAndAnEmptyFileAreNoElf) {
  for (const char* content : {"",
                              "\x7f"
                              "ELF",
                              "#!/bin/sh\necho this is a script and not a plugin of the broker at all\n"}) {
    const auto refusal = refusal_of(content);
    EXPECT_EQ(refusal.reason, RefusalReason::no_library);
    EXPECT_THAT(refusal.text,
                AllOf(HasSubstr("x.so is no plugin"), HasSubstr("no ELF file"), HasSubstr("copy the .so")));
  }
}

TEST_F(CheckElf, AFileThatWasCutAnywhereIsRefused) {
  const std::string whole = bytes_of(healthy);
  for (const std::size_t size : {100U, 300U, 4'096U}) {
    const auto refusal = refusal_of(whole.substr(0, size));
    EXPECT_EQ(refusal.reason, RefusalReason::no_library) << size;
    EXPECT_THAT(refusal.text, AllOf(HasSubstr("cut short"), HasSubstr("copy it again"))) << size;
  }
}

TEST_F(CheckElf, AnotherMachineIsNamedWithBoth) {
  std::string content = bytes_of(healthy);
  content[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_MIPS);
  const auto refusal = refusal_of(content);
  EXPECT_EQ(refusal.reason, RefusalReason::no_library);
  EXPECT_THAT(refusal.text, AllOf(HasSubstr("ELF machine 8, 64 bit"), HasSubstr("this daemon: ELF machine"),
                                  HasSubstr("build it on this machine")));
}

TEST_F(CheckElf, AnObjectFileIsNoSharedLibrary) {
  std::string content = bytes_of(healthy);
  content[offsetof(Elf64_Ehdr, e_type)] = static_cast<char>(ET_REL);
  EXPECT_THAT(refusal_of(content).text, AllOf(HasSubstr("no shared library"), HasSubstr("amibroker_add_plugin")));
}

TEST_F(CheckElf, SegmentsThatOverflowAreRefused) {
  std::string content = bytes_of(healthy);
  Elf64_Ehdr header;
  std::memcpy(&header, content.data(), sizeof header);
  for (int i = 0; i < header.e_phnum; ++i) {
    const std::size_t at = header.e_phoff + static_cast<std::size_t>(i) * sizeof(Elf64_Phdr);
    std::memset(content.data() + at + offsetof(Elf64_Phdr, p_offset), 0xff, sizeof(Elf64_Off));
  }
  EXPECT_THAT(refusal_of(content).text, HasSubstr("cut short"));
}

}  // namespace
}  // namespace amibroker::host
