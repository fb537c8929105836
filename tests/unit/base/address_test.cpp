// SPDX-License-Identifier: Apache-2.0
#include "core/base/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amibroker::base {
namespace {

using testing::HasSubstr;

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
  EXPECT_EQ(canonical_address("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical_address("::FFFF:c000:201"), "192.0.2.1");
  EXPECT_EQ(canonical_address("PBX.lan."), canonical_address("pbx.LAN"));
  EXPECT_NE(canonical_address("10.0.0.1"), canonical_address("10.0.0.2"));
}

TEST(IsNumericAddress, KnowsWhatNeedsNoLookUp) {
  for (const char* number : {"127.0.0.1", "::1", "fe80::1%eth0"}) EXPECT_TRUE(is_numeric_address(number)) << number;
  for (const char* name : {"localhost", "1.example", "10.0.0", ""}) EXPECT_FALSE(is_numeric_address(name)) << name;
}

}  // namespace
}  // namespace amibroker::base
