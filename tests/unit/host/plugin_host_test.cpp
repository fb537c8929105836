// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_host.hpp"

#include "tests/unit/host/plugin_fixture.hpp"

namespace amibroker::host {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PluginHostTest : public PluginFixture {};

TEST_F(PluginHostTest, EachPluginGetsItsOwnOptions) {
  const std::vector<PluginConfig> configs{
      {"with_options", true, 1, {{"eager", "yes", 2}, {"pace", "5", 3}, {"greeting", "good day", 4}, {"skip", "", 5}}}};
  ASSERT_THAT(plugins.load(PluginFolders({test_plugins}), configs), IsEmpty());
  EXPECT_EQ(plugins.start(), 1U);
  EXPECT_THAT(log(), AllOf(HasSubstr("info plugin with_options: eager 5 good day\n"),
                           HasSubstr("info plugin with_options 2.0 runs (")));
}

TEST_F(PluginHostTest, WhatAServersSectionSaysReachesThePlugins) {
  dispatch::Dispatcher own{std::chrono::milliseconds(1000)};
  own.attach(this->servers);
  PluginHost other(loop, own, std::chrono::milliseconds(1), false);
  other.add_server(0, {"office", "Office", {"berlin", "hq"}, {"PJSIP/*"}, {"PJSIP/9*", "Queue:*"}, "ami"});
  other.add_server(1, {"branch", "Branch"});
  const std::vector<PluginConfig> configs{{"healthy", true, 1, {}}};
  ASSERT_THAT(other.load(PluginFolders({test_plugins}), configs), IsEmpty());
  ASSERT_EQ(other.start(), 1U);
  const auto servers = other.plugins()[0]->instance()->servers();
  ASSERT_THAT(servers, SizeIs(2));
  EXPECT_EQ(servers[0].section, "office");
  EXPECT_THAT(servers[0].zones, ElementsAre("berlin", "hq"));
  EXPECT_THAT(servers[0].include, ElementsAre("PJSIP/*"));
  EXPECT_THAT(servers[0].exclude, ElementsAre("PJSIP/9*", "Queue:*"));
  EXPECT_EQ(servers[0].transport, "ami");
  EXPECT_EQ(servers[0].asterisk_version, "");
  EXPECT_FALSE(servers[0].retired);
  EXPECT_EQ(servers[1].id, 1U);
  EXPECT_EQ(servers[1].name, "Branch");
  EXPECT_THAT(servers[1].zones, IsEmpty());
  EXPECT_THAT(servers[1].include, IsEmpty());
  EXPECT_THAT(servers[1].exclude, IsEmpty());
}

TEST_F(PluginHostTest, MistakesComeBackFromLoad) {
  const std::vector<PluginConfig> configs{{"nothing_here", true, 4, {}}, {"healthy", true, 5, {}}};
  const auto errors = plugins.load(PluginFolders({test_plugins}), configs);
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].line, 4);
}

TEST_F(PluginHostTest, PluginsAreStartedInOrderAndStoppedInReverse) {
  start({"throws_in_stop", "fails_in_destroy"});
  plugins.stop();
  const auto stop_of_first = log().find("throws_in_stop threw");
  const auto end_of_second = log().find("fails_in_destroy failed");
  EXPECT_LT(log().find("throws_in_stop 1.0 runs"), log().find("fails_in_destroy 1.0 runs"));
  EXPECT_LT(end_of_second, stop_of_first);
}

TEST_F(PluginHostTest, WithoutPluginsThereIsNothingToDo) {
  EXPECT_EQ(start({}), 0U);
  plugins.stop();
  EXPECT_THAT(plugins.plugins(), IsEmpty());
}

TEST_F(PluginHostTest, ItsEndStopsWhatStillRunsInReverseOrder) {
  const std::vector<PluginConfig> configs{{"throws_in_stop", true, 1, {}}, {"fails_in_destroy", true, 2, {}}};
  {
    PluginHost other(loop, dispatcher, std::chrono::milliseconds(1), false);
    ASSERT_THAT(other.load(PluginFolders({test_plugins}), configs), IsEmpty());
    EXPECT_EQ(other.start(), 2U);
  }
  const auto end_of_second = log().find("plugin fails_in_destroy failed");
  ASSERT_NE(end_of_second, std::string::npos);
  EXPECT_LT(end_of_second, log().find("plugin throws_in_stop threw in stop"));
  event("Probe");
}

}  // namespace
}  // namespace amibroker::host
