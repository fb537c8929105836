// SPDX-License-Identifier: Apache-2.0
#include "core/host/library_copy.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>
#include <set>

#include "core/host/elf_check.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using ::testing::HasSubstr;

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(LibraryCopy, StaysAsItWasWhateverBecomesOfTheFile) {
  const TempFolder temp;
  const auto file = temp.write("one.so", std::string(200'000, 'a'));
  const auto made = LibraryCopy::make(file);
  const auto& copy = std::get<LibraryCopy>(made);
  temp.write("one.so", "b");
  EXPECT_EQ(content(copy.path()), std::string(200'000, 'a'));
  EXPECT_NE(FileIdentity::of(file), copy.identity());
}

TEST(LibraryCopy, NoTwoHaveTheSameNameThoughTheirDescriptorsAreUsedAgain) {
  const TempFolder temp;
  const auto file = temp.write("one.so", "a");
  std::set<std::string> names;
  for (int i = 0; i < 300; ++i) names.insert(std::get<LibraryCopy>(LibraryCopy::make(file)).path().string());
  EXPECT_EQ(names.size(), 300U);
  EXPECT_LT(names.rbegin()->size(), 100U);
}

TEST(LibraryCopy, WhatTheLoaderDoesNotMapIsGivenBackAtItsEnd) {
  const TempFolder temp;
  const auto file = temp.path() / "one.so";
  std::filesystem::copy_file(std::filesystem::path(AMIBROKER_TEST_PLUGINS) / "healthy.so", file);
  const auto mapped = size_mapped(file);
  std::filesystem::resize_file(file, 10'000'000);  // as with much debug information
  ASSERT_EQ(size_mapped(file), mapped);
  struct stat kept {};
  int other = -1;
  {
    const auto made = LibraryCopy::make(file);
    other = ::open(std::get<LibraryCopy>(made).path().c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(::fstat(other, &kept), 0);
    EXPECT_EQ(kept.st_size, 10'000'000);
  }
  ASSERT_EQ(::fstat(other, &kept), 0);
  ::close(other);
  EXPECT_GE(static_cast<std::uint64_t>(kept.st_size), mapped);
  EXPECT_LT(static_cast<std::uint64_t>(kept.st_size), mapped + 65'536);
}

TEST(LibraryCopy, AFileThatIsNotThereIsRefused) {
  const auto made = LibraryCopy::make("/nowhere/one.so");
  ASSERT_TRUE(std::holds_alternative<Refusal>(made));
  EXPECT_THAT(std::get<Refusal>(made).text, HasSubstr("/nowhere/one.so"));
}

}  // namespace
}  // namespace amibroker::host
