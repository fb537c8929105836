// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/finding.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace amibroker::doctor {
namespace {

TEST(FindingTest, ATextHasALineForEachAndOneForARemedy) {
  const std::vector<Finding> findings{{"port", Result::ok, "it answers"},
                                      {"login", Result::wrong, "it refuses", "do this"},
                                      {"hints", Result::unknown, "nobody knows"}};
  EXPECT_EQ(to_text(findings),
            "ok       port   it answers\n"
            "wrong    login  it refuses\n"
            "                -> do this\n"
            "unknown  hints  nobody knows\n");
}

TEST(FindingTest, OnlyWhatIsWrongCounts) {
  EXPECT_FALSE(is_any_wrong({}));
  const std::vector<Finding> unknown{{"port", Result::ok, ""}, {"hints", Result::unknown, ""}};
  EXPECT_FALSE(is_any_wrong(unknown));
  const std::vector<Finding> wrong{{"port", Result::ok, ""}, {"hints", Result::wrong, ""}};
  EXPECT_TRUE(is_any_wrong(wrong));
}

}  // namespace
}  // namespace amibroker::doctor
