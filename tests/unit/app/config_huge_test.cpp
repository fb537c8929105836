// SPDX-License-Identifier: Apache-2.0
//
// Configurations that hold more than anybody can have meant.
#include <gtest/gtest.h>

#include <ostream>

#include "core/app/config.hpp"

namespace amibroker::app {
namespace {

/// A whole server from line 1 on, followed by `text` from line 7 on.
std::string with_server(const std::string& text) {
  return "[servers]\nsections = a\n[a]\naddr = 10.0.0.1\ncmd_port = 1\nevt_port = 2\n" + text;
}

TEST(HugeConfigList, IsCutIfTheFileIsNoConfigurationAtAll) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "nonsense\n";
  const auto errors = parse_config(text).errors;
  ASSERT_EQ(errors.size(), base::max_errors + 1);
  EXPECT_EQ(to_string("f", errors.back()), "f: and 4901 more errors");
}

/// `how_many` different names of four letters, each with `before` and `after` around it.
std::string many(int how_many, const std::string& before, const std::string& after) {
  std::string text;
  for (int i = 0; i < how_many; ++i) {
    const char name[] = {static_cast<char>('a' + i / 17576 % 26), static_cast<char>('a' + i / 676 % 26),
                         static_cast<char>('a' + i / 26 % 26), static_cast<char>('a' + i % 26)};
    text += before + std::string(name, sizeof name) + after;
  }
  return text;
}

struct HugeFile {
  const char* name;
  std::string text;
};

std::ostream& operator<<(std::ostream& out, const HugeFile& file) { return out << file.name; }

class HugeConfig : public testing::TestWithParam<HugeFile> {};

/// Comparing each name with all others would take minutes here, which the test's time limit would notice.
TEST_P(HugeConfig, IsReadInATimeThatGrowsWithItsSize) {
  ASSERT_LE(GetParam().text.size(), max_config_bytes);
  const LoadedConfig loaded = parse_config(GetParam().text);
  EXPECT_LE(loaded.errors.size(), base::max_errors + 1);
  EXPECT_LE(loaded.warnings.size(), base::max_errors + 1);
}

INSTANTIATE_TEST_SUITE_P(Table, HugeConfig,
                         testing::Values(HugeFile{"plugins", with_server("[plugins]\n" + many(140'000, "", "=1\n"))},
                                         HugeFile{"settings", with_server(many(60'000, "[plugin ", "]\n"))},
                                         HugeFile{"unknown_keys", with_server(many(140'000, "", "=1\n"))},
                                         HugeFile{"zones", with_server("zones=" + many(200'000, "", ","))},
                                         HugeFile{"listed_servers", "[servers]\nsections=" + many(80'000, "", ",") +
                                                                        "\n" + many(80'000, "[", "]\n")},
                                         HugeFile{"servers_without_sections",
                                                  "[servers]\nsections=" + many(12'000, std::string(35, 'm'), ",") +
                                                      "\n" + many(12'000, "[" + std::string(35, 'n'), "]\n")}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace amibroker::app
