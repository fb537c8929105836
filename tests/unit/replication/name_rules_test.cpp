// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/name_rules.hpp"

#include <gtest/gtest.h>

#include <string>

namespace amibroker::replication {
namespace {

TEST(NameRules, UsualNamesCanBeWritten) {
  for (const char* name : {"Custom:PJSIP/100", "Custom:SIP/trunk-1", "Custom:Queue:sales", "Custom:confbridge:7",
                           "Custom:Park:701@parkedcalls", "CustomPresence:a b", "Custom:SIP/m\xc3\xbcller"})
    EXPECT_EQ(why_unwritable(name), "") << name;
}

TEST(NameRules, NamesThatWouldEndTheirParenthesisOrMeanMoreCannotBeWritten) {
  for (const char* name : {"a(b", "a)b", "a,b", "a$b", "a{b", "a}b", "${SHELL(id)}"})
    EXPECT_EQ(why_unwritable(name), "it holds one of ( ) , $ { }") << name;
}

TEST(NameRules, ControlCharactersCannotBeWritten) {
  for (const char c : {'\n', '\r', '\t', '\x1f', '\x7f', '\0'})
    EXPECT_EQ(why_unwritable(std::string("a") + c), "it holds a control character");
}

TEST(NameRules, TheLongestNameThatAsteriskKeepsWholeCanBeWrittenAndNotOneByteMore) {
  EXPECT_EQ(why_unwritable(std::string(79, 'x')), "");
  EXPECT_NE(why_unwritable(std::string(80, 'x')), "");
}

TEST(NameRules, NeitherAnEmptyNameNorABareProviderCanBeWritten) {
  for (const char* name : {"", "Custom:", "CustomPresence:"}) EXPECT_EQ(why_unwritable(name), "it is empty") << name;
}

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
