// SPDX-License-Identifier: Apache-2.0
//
// That the sample file and the reference page say what the program does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/app/config.hpp"
#include "core/app/config_cluster.hpp"
#include "core/app/config_http.hpp"
#include "core/app/config_schema.hpp"

namespace amibroker::app {
namespace {

std::string read(const char* path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  for (const auto& spec : general_keys()) keys.emplace_back(spec.name);
  for (const auto& spec : control_keys()) keys.emplace_back(spec.name);
  for (const auto& spec : servers_keys()) keys.emplace_back(spec.name);
  for (const auto& spec : server_keys()) keys.emplace_back(spec.name);
  for (const auto& spec : http_keys()) keys.emplace_back(spec.name);
  for (const auto& spec : cluster_keys()) keys.emplace_back(spec.name);
  keys.emplace_back("path");
  return keys;
}

TEST(Sample, IsRightAndSaysTheDefaults) {
  const LoadedConfig sample = load_config(AMIBROKER_SAMPLE);
  ASSERT_TRUE(sample.ok()) << to_string(AMIBROKER_SAMPLE, sample.errors.front());
  EXPECT_TRUE(sample.warnings.empty());
  const Config defaults = parse_config("[servers]\nsections = a\n[a]\naddr = h\ncmd_port = 1\nevt_port = 2\n").config;
  EXPECT_EQ(sample.config.log_level, defaults.log_level);
  EXPECT_EQ(sample.config.request_timeout, defaults.request_timeout);
  EXPECT_EQ(sample.config.hang_limit, defaults.hang_limit);
  EXPECT_EQ(sample.config.stop_limit, defaults.stop_limit);
  EXPECT_EQ(sample.config.count_messages, defaults.count_messages);
  EXPECT_EQ(sample.config.verbose_messages, defaults.verbose_messages);
  EXPECT_EQ(sample.config.plugin_path, defaults.plugin_path);
  ASSERT_EQ(sample.config.plugins.size(), defaults.plugins.size());
  for (std::size_t i = 0; i < defaults.plugins.size(); ++i)
    EXPECT_EQ(sample.config.plugins[i].enabled, defaults.plugins[i].enabled);
}

TEST(Sample, NamesEveryKey) {
  const std::string text = read(AMIBROKER_SAMPLE);
  for (const std::string& key : all_keys()) EXPECT_THAT(text, testing::ContainsRegex("\n;?" + key + " *=")) << key;
}

TEST(Reference, HasARowForEveryKey) {
  const std::string text = read(AMIBROKER_REFERENCE);
  for (const std::string& key : all_keys()) EXPECT_THAT(text, testing::HasSubstr("\n| `" + key + "` |")) << key;
}

TEST(ManualPage, HasEveryKey) {
  const std::string text = read(AMIBROKER_MANUAL_PAGE);
  for (const std::string& key : all_keys()) EXPECT_THAT(text, testing::HasSubstr("\n.B " + key + "\n")) << key;
}

}  // namespace
}  // namespace amibroker::app
