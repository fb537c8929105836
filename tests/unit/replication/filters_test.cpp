// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/filters.hpp"

#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"

namespace amibroker::replication {
namespace {

bool all_concern(std::string_view) noexcept { return true; }

class FilterTest : public ::testing::Test {
 protected:
  /// The names of `names` that pass, in one text.
  std::string passed(ServerId server, std::initializer_list<const char*> names) {
    Filters filters(host, all_concern);
    std::string text;
    for (const char* name : names)
      if (filters.pass(server, name)) text.append(text.empty() ? "" : " ").append(name);
    return text;
  }
  testing::FakeHost host{{"One", "Two"}, {}, amibroker::testing::Timeouts::by_the_test};
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

TEST_F(FilterTest, APatternThatMatchedNothingForADayHasOneLine) {
  host.option_values.set("include", "PJSIP/*, PJSP/9*");
  host.set_filters(0, {}, {"PJSIP/9*", "PJSIP/8*"});
  Filters filters(host, all_concern);
  EXPECT_FALSE(filters.pass(0, "PJSIP/91"));
  EXPECT_TRUE(filters.pass(1, "PJSIP/1"));
  host.clock.advance(std::chrono::hours(23));
  EXPECT_EQ(host.logged(Level::warning), 0U);
  host.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(host.logged(Level::warning), 2U);
  EXPECT_EQ(host.logged(Level::warning, "the plugin's include = PJSP/9* matched no name for a day"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1): its exclude = PJSIP/8* matched no name for a day"), 1U);
  host.clock.advance(std::chrono::hours(48));
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(FilterTest, APatternThatAnotherOneCoversIsNotTakenForUnused) {
  host.option_values.set("include", "*, PJSIP/*");
  Filters filters(host, all_concern);
  EXPECT_TRUE(filters.pass(0, "PJSIP/1"));
  host.clock.advance(std::chrono::hours(25));
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(FilterTest, AServerThatSaysNothingAllDayAndAPatternForOthersAreNotBlamed) {
  host.set_filters(0, {"PJSP/*"}, {});
  host.set_filters(1, {"CustomPresence:*", "PJSIP/*"}, {});
  Filters filters(host, [](std::string_view pattern) noexcept { return !pattern.starts_with("CustomPresence"); });
  EXPECT_TRUE(filters.pass(1, "PJSIP/1"));
  host.clock.advance(std::chrono::hours(25));
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(FilterTest, APatternThatChangesHasADayOfItsOwn) {
  Filters filters(host, all_concern);
  host.clock.advance(std::chrono::hours(20));
  host.set_filters(0, {"PJSP/*"}, {});
  EXPECT_TRUE(filters.update(host.servers()[0]));
  EXPECT_FALSE(filters.pass(0, "PJSIP/1"));
  host.clock.advance(std::chrono::hours(20));
  EXPECT_EQ(host.logged(Level::warning), 0U);
  host.clock.advance(std::chrono::hours(5));
  EXPECT_EQ(host.logged(Level::warning), 1U);
}

}  // namespace
}  // namespace amibroker::replication
