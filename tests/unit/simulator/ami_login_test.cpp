// SPDX-License-Identifier: Apache-2.0
//
// Who may come in, and what he is told (seen on Asterisk 16 and 22).
#include <openssl/evp.h>

#include <array>
#include <cstdio>

#include "tests/unit/simulator/ami_fixture.hpp"

namespace amibroker::sim {
namespace {

class AmiLogin : public Ami {};

std::string md5(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    std::array<char, 3> two{};
    std::snprintf(two.data(), two.size(), "%02x", static_cast<unsigned>(digest[i]));
    hex += two.data();
  }
  return hex;
}

TEST_F(AmiLogin, IsAcceptedAndFullyBootedFollows) {
  auto& server = start();
  AmiClient client(server);
  EXPECT_EQ(client.line(), "Asterisk Call Manager/11.0.0");
  EXPECT_EQ(client.ask({{"Action", "login"}, {"ActionID", "1"}, {"Username", "broker"}, {"Secret", "s3cret"}}),
            (Fields{{"Response", "Success"}, {"ActionID", "1"}, {"Message", "Authentication accepted"}}));
  EXPECT_EQ(
      client.message(),
      (Fields{{"Event", "FullyBooted"}, {"Privilege", "system,all"}, {"Status", "Fully Booted"}, {"Uptime", "100"}}));
  EXPECT_TRUE(eventually([&] { return server.sessions() == 1 && server.logins() == 1; }));
}

TEST_F(AmiLogin, ByChallengeNeedsTheDigestOfChallengeAndSecret) {
  auto& server = start();
  AmiClient client(server);
  EXPECT_NE(client.line(), "");
  const Fields given = client.ask({{"Action", "Challenge"}, {"AuthType", "MD5"}});
  const std::string challenge(value_of(given, "Challenge"));
  ASSERT_NE(challenge, "");
  Fields login{{"Action", "Login"}, {"AuthType", "MD5"}, {"Username", "broker"}, {"Key", md5(challenge + "s3cret")}};
  EXPECT_EQ(message_of(client.ask(login)), "Authentication accepted");

  AmiClient wrong(server);
  EXPECT_NE(wrong.line(), "");
  EXPECT_EQ(message_of(wrong.ask(login)), "Authentication failed") << "each session has a challenge of its own";
}

TEST_F(AmiLogin, WithAWrongSecretOrNameIsRefusedAndClosed) {
  auto& server = start();
  AmiClient client(server);
  EXPECT_EQ(client.log_in("on", "guess"), (Fields{{"Response", "Error"}, {"Message", "Authentication failed"}}));
  EXPECT_TRUE(client.at_end());
  AmiClient other(server);
  EXPECT_NE(other.line(), "");
  EXPECT_EQ(message_of(other.ask({{"Action", "Login"}, {"Username", "x"}, {"Secret", "s3cret"}})),
            "Authentication failed");
  EXPECT_TRUE(eventually([&] { return server.refused_logins() == 2; }));
  EXPECT_EQ(server.logins(), 0U);
}

TEST_F(AmiLogin, IsRefusedAfterTheDelay) {
  auto& server = start({.refusal_delay = 50ms});
  AmiClient client(server);
  const auto begin = Clock::now();
  EXPECT_EQ(message_of(client.log_in("on", "guess")), "Authentication failed");
  EXPECT_GE(Clock::now() - begin, 50ms);
  EXPECT_TRUE(client.at_end());
}

TEST_F(AmiLogin, IsNotGivenTwiceIfManagerConfForbidsIt) {
  auto& server = start({.allow_multiple_login = false});
  AmiClient first(server);
  EXPECT_EQ(message_of(first.log_in()), "Authentication accepted");
  AmiClient second(server);
  EXPECT_EQ(message_of(second.log_in()), "Login Already In Use");
  EXPECT_TRUE(second.at_end());
  EXPECT_EQ(value_of(first.message(), "Event"), "FullyBooted");
  EXPECT_EQ(first.ask({{"Action", "Logoff"}}),
            (Fields{{"Response", "Goodbye"}, {"Message", "Thanks for all the fish."}}));
  EXPECT_TRUE(first.at_end());
  AmiClient third(server);
  EXPECT_EQ(message_of(third.log_in()), "Authentication accepted") << "free again at once";
}

TEST_F(AmiLogin, ConnectionsWithoutOneAreLimited) {
  auto& server = start({.authlimit = 1});
  AmiClient holds(server);
  EXPECT_NE(holds.line(), "");
  AmiClient late(server);
  EXPECT_EQ(late.line(), "") << "closed without a banner";
  EXPECT_TRUE(late.at_end());
  EXPECT_EQ(message_of(holds.ask({{"Action", "Login"}, {"Username", "broker"}, {"Secret", "s3cret"}})),
            "Authentication accepted");
  AmiClient again(server);
  EXPECT_NE(again.line(), "") << "a session that is logged in does not count";
}

TEST_F(AmiLogin, ComesBeforeAnyOtherAction) {
  auto& server = start({.challenge = false});
  AmiClient client(server);
  EXPECT_NE(client.line(), "");
  EXPECT_EQ(message_of(client.ask({{"Action", "Ping"}})), "Permission denied");
  EXPECT_EQ(message_of(client.ask({{"Action", "Challenge"}, {"AuthType", "MD5"}})), "Must specify AuthType");
  EXPECT_EQ(message_of(client.ask({{"Action", "Login"}, {"Username", "broker"}, {"Secret", "s3cret"}})),
            "Authentication accepted")
      << "it stays open";
  EXPECT_FALSE(server.has_broker());
}

TEST_F(AmiLogin, FollowedByAnActionMakesABroker) {
  auto& server = start();
  {
    AmiClient client(server);
    EXPECT_EQ(message_of(client.log_in("off")), "Authentication accepted");
    EXPECT_FALSE(server.has_broker());
    EXPECT_TRUE(client.is_quiet());
    EXPECT_TRUE(fleet->wait_for_broker(Clock::now() + 10s));
  }
  EXPECT_TRUE(eventually([&] { return !server.has_broker() && server.sessions() == 0; }));
}

}  // namespace
}  // namespace amibroker::sim
