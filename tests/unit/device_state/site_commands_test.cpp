// SPDX-License-Identifier: Apache-2.0
//
// What administrators see of other sites.
#include <gmock/gmock.h>

#include "plugins/replication/sites/stream_text.hpp"
#include "tests/unit/device_state/several_sites.hpp"

namespace amibroker::device_state {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SiteCommands : public Sites {
 protected:
  std::string cluster(Site& site) { return site.commands.ask("cluster"); }
  static std::string show(Site& site, const std::string& name) { return site.commands.ask("show", {{"name", name}}); }
  static bool logged(const Site& site, const std::string& text) { return site.host.logged(Level::info, text) != 0; }
  /// One heartbeat of a site that says nothing else.
  void hear_of(const std::string& site, std::uint32_t salt) {
    replication::Heartbeat heartbeat;
    heartbeat.life = {1, salt};
    heartbeat.speaks = true;
    hub_.join({site}).publish("hb", heartbeat_text(heartbeat));
    pass(milliseconds(20));
  }
  void start_shared() {
    for (auto& site : sites_) site->host.option_values.set("custom", "yes");
    start_all();
  }
};

TEST_F(SiteCommands, WithoutABusThereIsNoSuchCommand) {
  FakeHost host({"server"}, DeviceState::options);
  FakeCommands commands;
  host.offer<Commands>(commands);
  DeviceState plugin;
  host.start(plugin);
  EXPECT_THROW(static_cast<void>(commands.ask("cluster")), std::runtime_error);
}

TEST_F(SiteCommands, SayWhoThisIsAndWhoTheOthersAre) {
  hub_.usual.least = hub_.usual.most = milliseconds(20);
  Site& a = add("a");
  Site& b = add("b");
  b.own[0] = {{"PJSIP/100", "INUSE"}, {"PJSIP/101", "BUSY"}};
  a.set_zones(0, {"north"}), b.set_zones(0, {"north", "south"});
  start_all();
  pass(seconds(3));
  const std::string said = cluster(a);
  EXPECT_THAT(said, HasSubstr(R"({"site":"a","up":true,"speaks":true,"other_speaks":false,"epoch":17672256)"));
  EXPECT_THAT(said, HasSubstr(R"("lost_after_seconds":60,"cluster":[{"site":"b","state":"there","since_seconds":)"));
  EXPECT_THAT(said, HasSubstr(R"("unanswered":0,"epoch":17672256)"));
  EXPECT_THAT(said, HasSubstr(R"("complete":true,"reading":false,"gaps":0,"snapshots":1,"names":2,)"
                              R"("zones":["north"]}],"next":null})"));
  EXPECT_THAT(said, HasSubstr(R"("round_trip_ms":4)")) << "40 ms, and what the loop takes";
}

TEST_F(SiteCommands, AClockThatIsOffShows) {
  Site& a = add("a");
  Site& b = add("b");
  b.bus.clock_off = seconds(3);
  start_all();
  EXPECT_THAT(cluster(a), HasSubstr(R"("clock_ahead_ms":3000)"));
  EXPECT_THAT(cluster(b), HasSubstr(R"("clock_ahead_ms":-3000)"));
}

TEST_F(SiteCommands, ASiteIsLostAndComesBack) {
  Site& a = add("a");
  Site& b = add("b");
  start_all();
  hub_.cut(a.bus, b.bus);
  pass(seconds(59));
  EXPECT_THAT(cluster(a), AllOf(HasSubstr(R"("state":"there")"), HasSubstr(R"("heard_seconds":59)")));
  pass(seconds(3));
  EXPECT_THAT(cluster(a), AllOf(HasSubstr(R"("state":"lost")"), HasSubstr(R"("since_seconds":2)")));
  hub_.cut(a.bus, b.bus, false);
  pass(seconds(3));
  EXPECT_THAT(cluster(a), AllOf(HasSubstr(R"("state":"there")"), HasSubstr(R"("since_seconds":2)")));
}

TEST_F(SiteCommands, ASiteThatIsLostForADayIsForgotten) {
  Site& a = add("a");
  start_all();
  hear_of("b", 1);
  a.host.clock.advance(std::chrono::hours(24) + seconds(1));
  EXPECT_THAT(cluster(a), HasSubstr(R"("site":"b","state":"lost")"));
  hear_of("c", 2);
  EXPECT_THAT(cluster(a), AllOf(HasSubstr(R"("site":"c")"), Not(HasSubstr(R"("site":"b")"))));
}

TEST_F(SiteCommands, ASiteThatHearsNoQuestionsShows) {
  Site& a = add("a");
  Site& b = add("b");
  start_all();
  EXPECT_THAT(cluster(a), HasSubstr(R"("unanswered":0)"));
  hub_.way(a.bus, b.bus).cut = true;
  pass(seconds(30));
  EXPECT_THAT(cluster(a), AllOf(HasSubstr(R"("state":"there")"), HasSubstr(R"("unanswered":2)")));
}

TEST_F(SiteCommands, ASiteWithOtherOptionsIsNamed) {
  Site& a = add("a");
  Site& b = add("b");
  b.host.option_values.set("name_template", "Custom:{server}/{device}");
  start_all();
  EXPECT_THAT(cluster(a), AllOf(HasSubstr(R"("site":"b","state":"differs")"), HasSubstr(R"("epoch":null)"),
                                HasSubstr(R"("names":0,"zones":[]})")));
}

TEST_F(SiteCommands, ManySitesComeInPages) {
  Site& a = add("a");
  start_all();
  for (std::uint32_t i = 0; i < 60; ++i) hear_of("s" + std::to_string(100 + i), i);
  EXPECT_THAT(cluster(a), AllOf(HasSubstr(R"("site":"s149")"), Not(HasSubstr("s150")), HasSubstr(R"(],"next":50})")));
  EXPECT_THAT(a.commands.ask("cluster", {{"from", "50"}}),
              AllOf(HasSubstr(R"("cluster":[{"site":"s150")"), HasSubstr("s159"), HasSubstr(R"(],"next":null})")));
  EXPECT_THAT(a.commands.ask("cluster", {{"from", "4000000000"}}), HasSubstr(R"("cluster":[],"next":null})"));
}

TEST_F(SiteCommands, ShowNamesTheSiteThatSaysSo) {
  Site& a = add("a");
  Site& b = add("b");
  start_all();
  b.say(0, "PJSIP/100", "INUSE");
  pass(milliseconds(50));
  EXPECT_THAT(show(a, "PJSIP/100"),
              HasSubstr(R"("contributions":[{"site":"b","zone":"","state":"INUSE","age_seconds":null}])"));
  EXPECT_THAT(show(b, "PJSIP/100"), Not(HasSubstr(R"("site")")));
  a.plugin.on_report();
  EXPECT_TRUE(logged(a, "Custom:PJSIP/100: site b says INUSE; held by 1 server: INUSE"));
}

TEST_F(SiteCommands, OfASharedNameItIsSaidWhoSetItLast) {
  Site& a = add("a");
  Site& b = add("b");
  start_shared();
  b.say(0, "Custom:night", "INUSE");
  pass(milliseconds(2500));
  constexpr auto by_b = R"("contributions":[{"site":"b","zone":"","state":"INUSE","age_seconds":2.)";
  EXPECT_THAT(show(a, "Custom:night"), HasSubstr(by_b));
  EXPECT_THAT(show(b, "Custom:night"), HasSubstr(by_b));
  a.plugin.on_report();
  EXPECT_TRUE(logged(a, "Custom:night: site b set it to INUSE; held by 1 server: INUSE"));
}

TEST_F(SiteCommands, WhatASnapshotSaysAnyoneMayHaveSet) {
  Site& a = add("a");
  Site& b = add("b");
  start_shared();
  hub_.cut(a.bus, b.bus);
  b.say(0, "Custom:night", "INUSE");
  pass(milliseconds(100));
  hub_.cut(a.bus, b.bus, false);
  pass(seconds(3));
  EXPECT_THAT(show(a, "Custom:night"), HasSubstr(R"("contributions":[{"site":null,"zone":"","state":"INUSE")"));
  a.plugin.on_report();
  EXPECT_TRUE(logged(a, "Custom:night: some site set it to INUSE"));
}

TEST_F(SiteCommands, LampsSayWhoseWordCameLast) {
  Site& a = add("a", 2);
  Site& b = add("b");
  start_shared();
  const auto lamps = [&] { return a.commands.ask("lamps"); };
  a.say(0, "PJSIP/100", "INUSE");
  pass(milliseconds(50));
  EXPECT_THAT(lamps(), HasSubstr(R"("state":"INUSE","by":"server-1")"));
  b.say(0, "PJSIP/100", "BUSY");
  pass(milliseconds(50));
  EXPECT_THAT(lamps(), HasSubstr(R"("by_site":"b")"));
  a.say(0, "PJSIP/100", "NOT_INUSE");
  pass(milliseconds(50));
  EXPECT_THAT(lamps(), HasSubstr(R"("by":"server-1")"));
  b.say(0, "Custom:night", "INUSE");
  pass(milliseconds(50));
  EXPECT_THAT(lamps(), HasSubstr(R"("name":"Custom:night","state":"INUSE","by_site":"b")"));
  a.say(0, "Custom:night", "BUSY");
  pass(milliseconds(50));
  EXPECT_THAT(lamps(), HasSubstr(R"("name":"Custom:night","state":"BUSY","by":null)"));
}

}  // namespace
}  // namespace amibroker::device_state
