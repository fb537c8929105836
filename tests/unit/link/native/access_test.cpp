// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/link/native/refusals.hpp"

namespace amibroker::link::native {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NativeAccessTest : public ::testing::Test {
 protected:
  std::shared_ptr<const NativeAccess> read(std::vector<std::pair<std::string, std::string>> keys) {
    base::Section section{.name = "a", .line = 3, .settings = {}};
    int line = 3;
    for (auto& [key, value] : keys) section.settings.push_back({key, value, ++line, 0});
    return std::static_pointer_cast<const NativeAccess>(read_access(section, findings));
  }
  [[nodiscard]] std::vector<std::string> errors() const {
    std::vector<std::string> all;
    for (const auto& problem : findings.errors) all.push_back(std::to_string(problem.line) + ": " + problem.text);
    return all;
  }
  base::Findings findings{""};
};

TEST_F(NativeAccessTest, ThePortFollowsFromTls) {
  const auto plain = read({{"username", "u"}, {"secret", "s"}, {"addr", "h"}});
  EXPECT_EQ(plain->port, 5038);
  EXPECT_EQ(plain->place(), "port 5038");
  EXPECT_THAT(plain->advice(), HasSubstr("this port"));
  const auto tls = read({{"username", "u"}, {"secret", "s"}, {"tls", "yes"}, {"ca_file", "/proc/self/exe"}});
  EXPECT_EQ(tls->port, 5039);
  EXPECT_EQ(tls->place(), "port 5039, TLS");
  EXPECT_THAT(tls->advice(), HasSubstr("tlsbindaddr"));
  ASSERT_TRUE(tls->tls);
  EXPECT_TRUE(tls->tls->verify);
  EXPECT_EQ(tls->tls->ca_file, "/proc/self/exe");
  EXPECT_EQ(read({{"port", "7"}, {"username", "u"}, {"secret", "s"}, {"tls", "yes"}})->port, 7);
  EXPECT_THAT(errors(), ElementsAre());
  EXPECT_EQ(findings.secret_line, 5);
  EXPECT_EQ(plain->ports().front().number, 5038);
}

TEST_F(NativeAccessTest, SaysWhatIsMissingAndWhatDoesNotGoTogether) {
  (void)read({});
  EXPECT_THAT(errors(), ElementsAre("3: [a] has no username", "3: [a] has neither secret_file nor secret"));
  findings.errors.clear();
  (void)read({{"username", "u"}, {"secret", "s"}, {"tls_insecure", "yes"}, {"port", "0"}});
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("7: port = \"0\""), HasSubstr("6: tls_insecure means something")));
  findings.errors.clear();
  (void)read({{"username", "u"}, {"secret", "s"}, {"tls", "yes"}, {"tls_insecure", "yes"}, {"ca_file", "/nowhere"}});
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("8: ca_file = \"/nowhere\" is no file that can be read"),
                                    HasSubstr("8: ca_file means something with tls_insecure = no only")));
  EXPECT_EQ(findings.warnings.size(), 1U);
}

TEST_F(NativeAccessTest, IsTheSameIfEveryKeySaysTheSame) {
  const auto one = read({{"username", "u"}, {"secret", "s"}});
  EXPECT_THAT(read({{"secret", "s"}, {"username", "u"}, {"port", "5038"}})->changes_since(*one), ElementsAre());
}

TEST_F(NativeAccessTest, NamesEachKeyThatIsDifferentAndShowsNoSecret) {
  const auto one = read({{"username", "u"}, {"secret", "s"}});
  const auto changes = [&](std::vector<std::pair<std::string, std::string>> keys) {
    return read(std::move(keys))->changes_since(*one);
  };
  EXPECT_THAT(changes({{"username", "v"}, {"secret", "s"}}), ElementsAre("its username is v, was u"));
  EXPECT_THAT(changes({{"username", "u"}, {"secret", "t"}}), ElementsAre("its secret is another one"));
  EXPECT_THAT(changes({{"username", "u"}, {"secret", "s"}, {"plain_login", "yes"}}),
              ElementsAre("its plain_login is yes, was no"));
  EXPECT_THAT(changes({{"username", "u"}, {"secret", "s"}, {"tls", "yes"}, {"ca_file", "/proc/self/exe"}}),
              ElementsAre("its port is 5039, was 5038", "its tls is yes, was no",
                          "its ca_file is /proc/self/exe, was not set"));
  EXPECT_THAT(changes({{"username", "u"}, {"secret", "s"}, {"port", "5038"}, {"tls", "yes"}, {"tls_insecure", "yes"}}),
              ElementsAre("its tls is yes, was no", "its tls_insecure is yes, was no"));
}

TEST(NativeRefusals, WhatChangesTheSharedSessionIsRefused) {
  for (const char* name : {"Challenge", "Events", "Filter", "Login", "logoff", "WAITEVENT"})
    EXPECT_NE(refusal_of(name), "") << name;
  for (const char* name : {"GetVar", "Status", "Hangup", "ListCommands", "Setvar", "Ping"})
    EXPECT_EQ(refusal_of(name), "") << name;
}

}  // namespace
}  // namespace amibroker::link::native
