// SPDX-License-Identifier: Apache-2.0
//
// What docs/plugin-guide.md shows is what the examples say, and those are built by the tests beside this one.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The blocks between ```language and ```, without the fences.
std::vector<std::string> blocks_of(const std::string& page, const std::string& language) {
  const std::string begin = "\n```" + language + "\n";
  std::vector<std::string> blocks;
  for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at)) {
    at += begin.size();
    const std::size_t end = page.find("\n```", at);
    blocks.push_back(page.substr(at, end + 1 - at));
    at = end;
  }
  return blocks;
}

bool is_in_an_example(const std::string& block) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(AMIBROKER_EXAMPLES))
    if (entry.is_regular_file() && content_of(entry.path()).find(block) != std::string::npos) return true;
  return false;
}

TEST(PluginGuide, ShowsTheWholeOfHello) {
  const std::filesystem::path hello = std::filesystem::path(AMIBROKER_EXAMPLES) / "plugins" / "hello";
  const std::string page = content_of(AMIBROKER_GUIDE);
  EXPECT_NE(page.find("```cpp\n" + content_of(hello / "hello.cpp") + "```"), std::string::npos);
  EXPECT_NE(page.find("```cmake\n" + content_of(hello / "CMakeLists.txt") + "```"), std::string::npos);
}

TEST(PluginGuide, ShowsNoCodeThatIsNotInAnExample) {
  const std::string page = content_of(AMIBROKER_GUIDE);
  for (const char* language : {"cpp", "cmake"}) {
    const auto blocks = blocks_of(page, language);
    EXPECT_FALSE(blocks.empty()) << language;
    for (const auto& block : blocks) EXPECT_TRUE(is_in_an_example(block)) << block;
  }
}

TEST(PluginGuide, NamesEachFunctionOfHost) {
  const std::string page = content_of(AMIBROKER_GUIDE);
  for (const char* function :
       {"servers", "is_up", "subscribe", "subscribe_all", "request", "broadcast", "after", "every", "cancel", "post",
        "now", "options", "verbose", "log", "counter", "extension", "unsubscribe", "saved", "state_folder"})
    EXPECT_NE(page.find("| `" + std::string(function) + "("), std::string::npos) << function;
}

}  // namespace
