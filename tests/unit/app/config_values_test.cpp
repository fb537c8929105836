// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_values.hpp"

#include <gtest/gtest.h>

namespace amibroker::app {
namespace {

TEST(ParseLevel, KnowsFourWordsWithoutCase) {
  EXPECT_EQ(parse_level("debug"), Level::debug);
  EXPECT_EQ(parse_level("INFO"), Level::info);
  EXPECT_EQ(parse_level("warning"), Level::warning);
  EXPECT_EQ(parse_level("error"), Level::error);
  EXPECT_EQ(parse_level("trace"), std::nullopt);
}

TEST(IsZoneName, TakesLettersDigitsUnderscoreAndDash) {
  for (const std::string& good : {std::string("berlin"), std::string("HQ-2_b"), std::string("7"), std::string(40, 'z')})
    EXPECT_TRUE(is_zone_name(good)) << good;
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("a.b"), std::string("*"),
                                 std::string("m\xc3\xbcnchen"), std::string("a\n"), std::string(41, 'z')})
    EXPECT_FALSE(is_zone_name(bad)) << bad;
}

TEST(IsGlob, TakesEverythingThatCanBeSeen) {
  for (const char* good : {"*", "PJSIP/*", "SIP/1[0-9]?", "[", "\\*", "Queue:m\xc3\xbcnchen", "a b"})
    EXPECT_TRUE(is_glob(good)) << good;
  for (const char* bad : {"", "a\tb", "a\nb", "a\x7f", "\x1b[2J"}) EXPECT_FALSE(is_glob(bad)) << bad;
  EXPECT_FALSE(is_glob(std::string_view("a\0b", 3)));
}

TEST(ConfigValues, ALengthHasAUnitOrIsInSeconds) {
  using namespace std::chrono_literals;
  EXPECT_EQ(parse_length("90"), 90s);
  EXPECT_EQ(parse_length("90s"), 90s);
  EXPECT_EQ(parse_length("10m"), 10min);
  EXPECT_EQ(parse_length("2h"), 2h);
  EXPECT_EQ(parse_length("0"), 0s);
  for (const char* text : {"", "m", "-1", "1.5h", "10 m", "1d", "1000001", "99999999999999999999h"})
    EXPECT_FALSE(parse_length(text)) << text;
}

}  // namespace
}  // namespace amibroker::app
