// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/presence.hpp"

#include <gmock/gmock.h>

#include <ostream>
#include <string>

namespace amibroker::sim {
namespace {

struct PresenceCase {
  std::string value;
  std::optional<Presence> read;
};

void PrintTo(const PresenceCase& value, std::ostream* out) { *out << value.value; }

class PresenceValue : public ::testing::TestWithParam<PresenceCase> {};

TEST_P(PresenceValue, IsReadAsByAsterisk) { EXPECT_EQ(parse_presence(GetParam().value), GetParam().read); }

// base64 of 256 times 'a' and of 'b'
const std::string kLong = [] {
  std::string encoded;
  for (int i = 0; i < 85; ++i) encoded += "YWFh";
  return encoded + "YWI=";
}();

INSTANTIATE_TEST_SUITE_P(
    Values, PresenceValue,
    ::testing::Values(PresenceCase{"away", Presence{"away", "", ""}}, PresenceCase{"AWAY", Presence{"away", "", ""}},
                      PresenceCase{"dnd,sub", Presence{"dnd", "sub", ""}},
                      PresenceCase{"xa,,on the road", Presence{"xa", "", "on the road"}},
                      PresenceCase{"xa,T24gdmFjYXRpb24=,,e", Presence{"xa", "On vacation", ""}},
                      PresenceCase{"away,c3Vi,YSwgIsO8Ig==,e", Presence{"away", "sub", "a, \"\xc3\xbc\""}},
                      // a comma shifts the fields, and its rest is taken for options
                      PresenceCase{"away,sub,later,e", Presence{"away", "\xb2\xe6", "\x95\xab^"}},
                      PresenceCase{"away,sub,a, no option", std::nullopt},
                      PresenceCase{"away,sub,a,,e", Presence{"away", "sub", "a"}}, PresenceCase{"", std::nullopt},
                      PresenceCase{"invalid", std::nullopt}, PresenceCase{" away", std::nullopt},
                      PresenceCase{"not_set", Presence{"not_set", "", ""}},
                      PresenceCase{"unavailable", Presence{"unavailable", "", ""}},
                      PresenceCase{"available", Presence{"available", "", ""}},
                      PresenceCase{"chat", Presence{"chat", "", ""}}));

TEST(PresenceValue, IsCutAt255BytesOnceDecoded) {
  const auto presence = parse_presence("away,," + kLong + ",e");
  ASSERT_TRUE(presence);
  EXPECT_EQ(presence->message, std::string(255, 'a'));
}

}  // namespace
}  // namespace amibroker::sim
