// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/text.hpp"

#include <gmock/gmock.h>

#include <ostream>

namespace amibroker::sim {
namespace {

TEST(EscapedC, EscapesWhatAsteriskEscapes) {
  EXPECT_EQ(escaped_c("a\a\b\f\n\r\t\v\\'\"?z"), R"(a\a\b\f\n\r\t\v\\\'\"\?z)");
}

TEST(EscapedC, LeavesUtf8AndOtherControlBytesAlone) { EXPECT_EQ(escaped_c("\xc3\xbc,\x01"), "\xc3\xbc,\x01"); }

struct Base64Case {
  const char* encoded;
  std::size_t limit;
  const char* decoded;
};

void PrintTo(const Base64Case& value, std::ostream* out) { *out << value.encoded << " up to " << value.limit; }

class Base64 : public ::testing::TestWithParam<Base64Case> {};

TEST_P(Base64, IsDecodedAsByAsterisk) {
  EXPECT_EQ(base64_decoded(GetParam().encoded, GetParam().limit), GetParam().decoded);
}

INSTANTIATE_TEST_SUITE_P(Values, Base64,
                         ::testing::Values(Base64Case{"T24gdmFjYXRpb24=", 255, "On vacation"}, Base64Case{"", 255, ""},
                                           Base64Case{"YQ==", 255, "a"}, Base64Case{"YWI", 255, "ab"},
                                           Base64Case{"YWJj=YWJj", 255, "abc"}, Base64Case{"YWJjZGVm", 4, "abcd"},
                                           Base64Case{"YQBi", 255, "a"}));

TEST(WithoutCase, ComparesAsciiOnly) {
  EXPECT_TRUE(equal_without_case("SetVar", "setvar"));
  EXPECT_FALSE(equal_without_case("SetVar", "setva"));
  EXPECT_TRUE(starts_without_case("custom:x", "Custom:"));
  EXPECT_FALSE(starts_without_case("Cust", "Custom:"));
}

TEST(Trimmed, LosesBlanksAtBothEnds) {
  EXPECT_EQ(trimmed(" \t a b \r\n"), "a b");
  EXPECT_EQ(trimmed("   "), "");
}

TEST(ControlBytes, AreSeen) {
  EXPECT_TRUE(has_control_bytes("a\r\nAction: Originate"));
  EXPECT_TRUE(has_control_bytes("\x7f"));
  EXPECT_FALSE(has_control_bytes("\xc3\xbc, plain"));
}

}  // namespace
}  // namespace amibroker::sim
