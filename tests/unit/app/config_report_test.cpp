// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace amibroker::app {
namespace {

using nlohmann::json;

TEST(ConfigReport, NothingFoundIsTwoEmptyLists) {
  EXPECT_EQ(json::parse(to_json("a.ini", {})),
            (json{{"file", "a.ini"}, {"errors", json::array()}, {"warnings", json::array()}}));
}

TEST(ConfigReport, EachMistakeHasItsLineAndText) {
  LoadedConfig loaded;
  loaded.errors = {{0, "no servers"}, {7, "unknown key \"x\""}};
  loaded.warnings = {{3, "not used"}};
  const json object = json::parse(to_json("a.ini", loaded));
  EXPECT_EQ(object["errors"],
            (json{{{"line", 0}, {"text", "no servers"}}, {{"line", 7}, {"text", "unknown key \"x\""}}}));
  EXPECT_EQ(object["warnings"], (json{{{"line", 3}, {"text", "not used"}}}));
}

TEST(ConfigReport, BytesThatAreNoUtf8DoNotSpoilTheObject) {
  LoadedConfig loaded;
  loaded.errors = {{1, "\xff"}};
  const json object = json::parse(to_json("\xfe.ini", loaded));
  EXPECT_EQ(object["file"], "\uFFFD.ini");
  EXPECT_EQ(object["errors"][0]["text"], "\uFFFD");
}

}  // namespace
}  // namespace amibroker::app
