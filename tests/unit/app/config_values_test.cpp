// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amibroker::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseBoolean, KnowsEightWordsWithoutCase) {
  for (const char* yes : {"yes", "YES", "true", "True", "on", "1"}) EXPECT_EQ(parse_boolean(yes), true) << yes;
  for (const char* no : {"no", "No", "false", "FALSE", "off", "0"}) EXPECT_EQ(parse_boolean(no), false) << no;
  for (const char* bad : {"", "y", "yess", "2", "-1", "yes no"}) EXPECT_EQ(parse_boolean(bad), std::nullopt) << bad;
}

TEST(ParseNumber, TakesNothingButDigits) {
  EXPECT_EQ(parse_number("0"), 0);
  EXPECT_EQ(parse_number("00065535"), 65535);
  EXPECT_EQ(parse_number("-7"), -7);
  for (const char* bad : {"", "+1", "1 ", " 1", "0x10", "1.0", "1e3", "9223372036854775808"})
    EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
}

TEST(ParseLevel, KnowsFourWordsWithoutCase) {
  EXPECT_EQ(parse_level("debug"), Level::debug);
  EXPECT_EQ(parse_level("INFO"), Level::info);
  EXPECT_EQ(parse_level("warning"), Level::warning);
  EXPECT_EQ(parse_level("error"), Level::error);
  EXPECT_EQ(parse_level("trace"), std::nullopt);
}

TEST(SplitList, LeavesOutBlanksAndEmptyItems) {
  EXPECT_THAT(split_list(" a ,b b,,\n c\n,d,"), ElementsAre("a", "b b", "c", "d"));
  EXPECT_THAT(split_list(""), IsEmpty());
  EXPECT_THAT(split_list(" , \n"), IsEmpty());
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

TEST(ParseAddress, TakesAddressesAndHostNames) {
  for (const char* good : {"127.0.0.1", "::1", "fe80::1%eth0", "2001:DB8::1", "::ffff:10.0.0.1", "localhost", "pbx_1",
                           "a.b-c.example.org", "example.org.", "1and1.com"}) {
    EXPECT_EQ(parse_address(good).error, "") << good;
    EXPECT_EQ(parse_address(good).text, good);
  }
  EXPECT_EQ(parse_address("[::1]").text, "::1");
  EXPECT_EQ(parse_address("[fe80::1%eth0]").text, "fe80::1%eth0");
}

TEST(ParseAddress, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> mistakes[] = {
      {"", "is empty"},
      {"tcp://10.0.0.1", "without \"tcp://\""},
      {"10.0.0.1 10.0.0.2", "without blanks"},
      {"10.0.0.1,10.0.0.2", "without blanks"},
      {"10.0.0.1:5038", "ports belong in"},
      {"pbx.lan:5038", "ports belong in"},
      {"[::1]:5038", "ports belong in"},
      {"[::1", "the \"]\" is missing"},
      {"[10.0.0.1]", "only an IPv6 address"},
      {"[]", "only an IPv6 address"},
      {"1:2:3", "it is not IPv6"},
      {"fe80::1%", "it is not IPv6"},
      {"fe80::1%a/b", "it is not IPv6"},
      {"10.0.0", "four numbers"},
      {"10.0.0.256", "four numbers"},
      {"4", "four numbers"},
      {"-a.example", "a host name is made of"},
      {"a-.example", "a host name is made of"},
      {"a..b", "a host name is made of"},
      {".", "four numbers"},
      {"m\xc3\xbcnchen.example", "a host name is made of"},
      {"*", "a host name is made of"},
      {std::string(64, 'a'), "a host name is made of"},
      {std::string(63, 'a') + '.' + std::string(63, 'a') + '.' + std::string(63, 'a') + '.' + std::string(63, 'a'),
       "a host name is made of"},
  };
  for (const auto& [text, why] : mistakes) {
    EXPECT_EQ(parse_address(text).text, "") << text;
    EXPECT_THAT(parse_address(text).error, HasSubstr(why)) << text;
  }
}

TEST(CanonicalAddress, IsTheSameForTheSameAddress) {
  EXPECT_EQ(canonical_address("2001:DB8:0:0::1"), canonical_address("2001:db8::1"));
  EXPECT_EQ(canonical_address("PBX.lan."), canonical_address("pbx.LAN"));
  EXPECT_NE(canonical_address("10.0.0.1"), canonical_address("10.0.0.2"));
}

}  // namespace
}  // namespace amibroker::app
