// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/curve_keys.hpp"

#include <gtest/gtest.h>

namespace amibroker::link::zeromq {
namespace {

// The example of ZeroMQ's specification of Z85 keys (RFC 26): the server's pair.
const std::string public_key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
const std::string secret_key = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";

TEST(CurveKeys, ThatAreMadeBelongTogetherAndAreNewEachTime) {
  ASSERT_TRUE(has_curve());
  const CurveKeyPair first = make_curve_keys();
  const CurveKeyPair second = make_curve_keys();
  EXPECT_TRUE(is_curve_key(first.public_key));
  EXPECT_TRUE(is_curve_key(first.secret_key));
  EXPECT_EQ(curve_public_key(first.secret_key), first.public_key);
  EXPECT_NE(first.secret_key, second.secret_key);
}

TEST(CurveKeys, OfTheSpecificationAreRead) {
  EXPECT_TRUE(is_curve_key(public_key));
  EXPECT_EQ(curve_public_key(secret_key), public_key);
}

TEST(CurveKeys, AreFortyCharactersThatStandForBytes) {
  EXPECT_FALSE(is_curve_key(""));
  EXPECT_FALSE(is_curve_key(public_key.substr(1)));
  EXPECT_FALSE(is_curve_key(public_key + "0"));
  EXPECT_FALSE(is_curve_key(public_key + "00000"));
  for (const char wrong : {' ', ';', '"', '\x7f', '\xc3', '\0'})
    EXPECT_FALSE(is_curve_key(wrong + public_key.substr(1))) << wrong;
  EXPECT_FALSE(is_curve_key("#####" + public_key.substr(5))) << "five of the greatest digit are more than 32 bits";
}

}  // namespace
}  // namespace amibroker::link::zeromq
