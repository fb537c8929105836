// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/name_rules.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker::replication {
namespace {

constexpr std::size_t provider = 7;  // Custom:

TEST(NameRules, UsualNamesCanBeWritten) {
  for (const char* name : {"PJSIP/100", "SIP/trunk-1", "Queue:sales", "confbridge:7", "Park:701@parkedcalls",
                           "a b", "SIP/m\xc3\xbcller"})
    EXPECT_EQ(why_unwritable(name, provider), "") << name;
}

TEST(NameRules, NamesThatWouldEndTheirParenthesisOrMeanMoreCannot) {
  for (const char* name : {"a(b", "a)b", "a,b", "a$b", "a{b", "a}b", "${SHELL(id)}"})
    EXPECT_EQ(why_unwritable(name, provider), "it holds one of ( ) , $ { }") << name;
}

TEST(NameRules, ControlCharactersCannot) {
  for (const char c : {'\n', '\r', '\t', '\x1f', '\x7f', '\0'})
    EXPECT_EQ(why_unwritable(std::string("a") + c, provider), "it holds a control character");
}

TEST(NameRules, TheLongestNameThatAsteriskKeepsWholeCanAndOneMoreByteCannot) {
  EXPECT_EQ(why_unwritable(std::string(79 - provider, 'x'), provider), "");
  EXPECT_NE(why_unwritable(std::string(80 - provider, 'x'), provider), "");
}

TEST(NameRules, AnEmptyNameCannot) { EXPECT_EQ(why_unwritable("", provider), "it is empty"); }

TEST(WarnedNames, EachNameHasOneWarningUpToABoundWhichTheLastOneSays) {
  WarnedNames names;
  using Answer = WarnedNames::Answer;
  EXPECT_EQ(names.ask("a"), Answer::warn);
  EXPECT_EQ(names.ask("a"), Answer::silent);
  for (std::size_t i = 2; i < WarnedNames::capacity; ++i) EXPECT_EQ(names.ask(std::to_string(i)), Answer::warn);
  EXPECT_EQ(names.ask("b"), Answer::warn_last);
  EXPECT_EQ(names.ask("c"), Answer::silent);
}

}  // namespace
}  // namespace amibroker::replication
