// SPDX-License-Identifier: Apache-2.0
#include "core/link/ami_login.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker::link {
namespace {

std::string text_of(const Action& action) {
  std::string text(action.name());
  for (std::size_t i = 0; i < action.size(); ++i)
    text += "|" + std::string(action[i].name) + "=" + std::string(action[i].value);
  return text;
}

TEST(AmiLogin, OnlyAManagerInterfaceGreetsLikeThat) {
  EXPECT_TRUE(is_ami_banner("Asterisk Call Manager/11.0.0"));
  EXPECT_TRUE(is_ami_banner("Asterisk Call Manager/5.0.4"));
  for (const char* other : {"SSH-2.0-OpenSSH_9.2", "HTTP/1.1 400 Bad Request", "", "asterisk", "220 mail ESMTP"})
    EXPECT_FALSE(is_ami_banner(other)) << other;
}

TEST(AmiLogin, TheSecretItselfIsNotInTheAnswerToAChallenge) {
  EXPECT_EQ(text_of(challenge_action()), "Challenge|AuthType=MD5");
  // printf %s 123456789s3cret | md5sum
  EXPECT_EQ(text_of(challenge_login({.username = "broker", .secret = "s3cret"}, "123456789", "call,user")),
            "Login|AuthType=MD5|Username=broker|Key=d32b5714dd0e3ae70d4a845d5e524f3f|Events=call,user");
}

TEST(AmiLogin, TheSecretItselfIsSentWhereItMayBe) {
  EXPECT_EQ(text_of(plain_login({.username = "broker", .secret = "s3cret"}, "off")),
            "Login|Username=broker|Secret=s3cret|Events=off");
  EXPECT_FALSE(may_send_secret({}));
  EXPECT_TRUE(may_send_secret({.plain_login = true}));
  EXPECT_TRUE(may_send_secret({.tls = TlsAccess{.verify = true}}));
  EXPECT_FALSE(may_send_secret({.tls = TlsAccess{.verify = false}}));  // nobody knows who reads it
}

TEST(AmiLogin, ARefusalSaysWhatToDo) {
  EXPECT_NE(remedy_of_refusal("Login Already In Use").find("allowmultiplelogin"), std::string_view::npos);
  EXPECT_NE(remedy_of_refusal("Authentication failed").find("secret"), std::string_view::npos);
}

}  // namespace
}  // namespace amibroker::link
