// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/login.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker::link::native {
namespace {

std::string text_of(const Action& action) {
  std::string text(action.name());
  for (std::size_t i = 0; i < action.size(); ++i)
    text += "|" + std::string(action[i].name) + "=" + std::string(action[i].value);
  return text;
}

TEST(NativeLogin, OnlyAManagerInterfaceGreetsLikeThat) {
  EXPECT_TRUE(is_ami_banner("Asterisk Call Manager/11.0.0"));
  EXPECT_TRUE(is_ami_banner("Asterisk Call Manager/5.0.4"));
  for (const char* other : {"SSH-2.0-OpenSSH_9.2", "HTTP/1.1 400 Bad Request", "", "asterisk", "220 mail ESMTP"})
    EXPECT_FALSE(is_ami_banner(other)) << other;
}

NativeAccess account(std::optional<TlsAccess> tls = {}, bool plain = false) {
  NativeAccess access;
  access.username = "broker";
  access.secret = "s3cret";
  access.plain_login = plain;
  access.tls = std::move(tls);
  return access;
}

TEST(NativeLogin, TheSecretItselfIsNotInTheAnswerToAChallenge) {
  EXPECT_EQ(text_of(challenge_action()), "Challenge|AuthType=MD5");
  // printf %s 123456789s3cret | md5sum
  const auto login = challenge_login(account(), "123456789", "call,user");
  ASSERT_TRUE(login);
  EXPECT_EQ(text_of(*login),
            "Login|AuthType=MD5|Username=broker|Key=d32b5714dd0e3ae70d4a845d5e524f3f|Events=call,user");
}

TEST(NativeLogin, TheSecretItselfIsSentIfItMayBe) {
  EXPECT_EQ(text_of(plain_login(account(), "off")), "Login|Username=broker|Secret=s3cret|Events=off");
  EXPECT_FALSE(may_send_secret(account()));
  EXPECT_TRUE(may_send_secret(account({}, true)));
  EXPECT_TRUE(may_send_secret(account(TlsAccess{.verify = true})));
  EXPECT_FALSE(may_send_secret(account(TlsAccess{.verify = false})));  // it is not known who reads it
}

TEST(NativeLogin, ARefusalSaysWhatToDo) {
  EXPECT_NE(remedy_of_refusal("Login Already In Use").find("allowmultiplelogin"), std::string_view::npos);
  EXPECT_NE(remedy_of_refusal("Authentication failed").find("secret"), std::string_view::npos);
}

}  // namespace
}  // namespace amibroker::link::native
