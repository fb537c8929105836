// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/filters.hpp"

#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"

namespace amibroker::replication {
namespace {

class FilterTest : public ::testing::Test {
 protected:
  /// The names of `names` that pass, in one text.
  std::string passed(ServerId server, std::initializer_list<const char*> names) {
    Filters filters(host);
    std::string text;
    for (const char* name : names)
      if (filters.pass(server, name)) text.append(text.empty() ? "" : " ").append(name);
    return text;
  }
  testing::FakeHost host{{"One", "Two"}};
};

TEST_F(FilterTest, WithoutPatternsEverythingPasses) { EXPECT_EQ(passed(0, {"PJSIP/1", "x"}), "PJSIP/1 x"); }

TEST_F(FilterTest, WithIncludeOnlyWhatMatchesOneOfItPasses) {
  host.option_values.set("include", "PJSIP/*, Queue:?");
  EXPECT_EQ(passed(1, {"PJSIP/1", "PJSIP/a/b", "SIP/1", "xPJSIP/1", "Queue:a", "Queue:ab"}),
            "PJSIP/1 PJSIP/a/b Queue:a");
}

TEST_F(FilterTest, WhatMatchesExcludeDoesNotPassThoughItIsIncluded) {
  host.option_values.set("include", "PJSIP/*");
  host.option_values.set("exclude", "PJSIP/9*, *[ab]");
  EXPECT_EQ(passed(0, {"PJSIP/1", "PJSIP/9", "PJSIP/91", "PJSIP/1a", "SIP/1"}), "PJSIP/1");
}

TEST_F(FilterTest, AServersPatternsHoldForThatServer) {
  host.set_filters(0, {"SIP/*"}, {"SIP/9"});
  EXPECT_EQ(passed(0, {"PJSIP/1", "SIP/1", "SIP/9"}), "SIP/1");
  EXPECT_EQ(passed(1, {"PJSIP/1", "SIP/1", "SIP/9"}), "PJSIP/1 SIP/1 SIP/9");
}

TEST_F(FilterTest, BothThePluginsAndTheServersPatternsMustLetANamePass) {
  host.option_values.set("include", "*/1*");
  host.option_values.set("exclude", "*/19");
  host.set_filters(0, {"SIP/*"}, {"*/18"});
  EXPECT_EQ(passed(0, {"SIP/1", "SIP/2", "PJSIP/1", "SIP/18", "SIP/19"}), "SIP/1");
}

TEST_F(FilterTest, NamesDifferByCaseAndABackslashIsACharacter) {
  host.option_values.set("include", R"(SIP/\*)");
  EXPECT_EQ(passed(0, {R"(SIP/\x)", "SIP/*", "SIP/x", R"(sip/\x)"}), R"(SIP/\x)");
}

}  // namespace
}  // namespace amibroker::replication
