// SPDX-License-Identifier: Apache-2.0
#include "amibroker/testing/fake_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

namespace amibroker::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

/// Notes what it is told.
class Recorder : public Plugin {
 public:
  void start(Host&) override { told.emplace_back("start"); }
  void on_event(ServerId, const Message&) override {}
  void on_server_up(ServerId server) override { told.push_back("up " + std::to_string(server)); }
  void on_server_down(ServerId server) override { told.push_back("down " + std::to_string(server)); }
  void on_server_added(ServerId server) override { told.push_back("added " + std::to_string(server)); }
  void on_server_changed(ServerId server) override {
    told.push_back("changed " + std::to_string(server));
    if (on_changed) on_changed();
  }
  void on_server_retired(ServerId server) override { told.push_back("retired " + std::to_string(server)); }
  void stop() override { told.emplace_back("stop"); }
  std::vector<std::string> told;
  std::function<void()> on_changed;
};

class FakeHosts : public ::testing::Test {
 protected:
  Completion note() {
    return [this](const Reply& reply) { plugin.told.push_back(std::string(to_string(reply.outcome))); };
  }
  FakeHost host{{"One", "Two"}};
  Recorder plugin;
};

TEST_F(FakeHosts, APluginHearsOfServersThatAreUpAfterItsStart) {
  host.set_up(1);
  host.start(plugin);
  EXPECT_THAT(plugin.told, ElementsAre("start", "up 1"));
  EXPECT_TRUE(host.is_up(1));
  EXPECT_FALSE(host.is_up(0));
  EXPECT_FALSE(host.is_up(99));
}

TEST_F(FakeHosts, AServersListsAreEmptyUntilTheTestSetsThem) {
  EXPECT_TRUE(host.servers()[1].zones.empty());
  host.set_zones(1, {"berlin", "hq"});
  host.set_zones(1, {"paris"});
  host.set_filters(1, {"PJSIP/*"}, {"PJSIP/9*", "Queue:*"});
  EXPECT_THAT(host.servers()[1].zones, ElementsAre("paris"));
  EXPECT_THAT(host.servers()[1].include, ElementsAre("PJSIP/*"));
  EXPECT_THAT(host.servers()[1].exclude, ElementsAre("PJSIP/9*", "Queue:*"));
  EXPECT_EQ(host.servers()[1].name, "Two");
  EXPECT_TRUE(host.servers()[0].zones.empty());
  EXPECT_TRUE(host.servers()[0].include.empty());
  EXPECT_TRUE(host.servers()[0].exclude.empty());
}

TEST_F(FakeHosts, RequestsWaitForTheTestsAnswer) {
  Action action("Setvar");
  action.add("Value", "x");
  host.request(1, action, milliseconds(5), note());
  action.reset("Ping");
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].action.name(), "Setvar");
  EXPECT_EQ(host.requests[0].header("VALUE"), "x");
  EXPECT_EQ(host.requests[0].header("none"), "");
  EXPECT_TRUE(host.answer(Outcome::error));
  EXPECT_FALSE(host.answer());
  EXPECT_THAT(plugin.told, ElementsAre("error"));
}

TEST_F(FakeHosts, ABroadcastIsARequestToEachServerButOne) {
  std::vector<ServerId> answered;
  host.broadcast(Action("Ping"), 0, {}, [&](ServerId server, const Reply&) { answered.push_back(server); });
  host.broadcast(Action("Ping"), 99, {}, nullptr);
  EXPECT_EQ(host.answer_all(), 3U);
  EXPECT_THAT(answered, ElementsAre(1));
}

TEST_F(FakeHosts, WhatIsUnderWayOnAServerThatGoesDownEndsUnknownBeforeThePluginHearsOfIt) {
  host.start(plugin);
  host.bring_up(plugin, 0);
  host.request(0, Action("Ping"), {}, note());
  host.request(1, Action("Ping"), {}, nullptr);
  host.take_down(plugin, 0);
  EXPECT_THAT(plugin.told, ElementsAre("start", "up 0", "outcome unknown", "down 0"));
  EXPECT_EQ(host.requests.size(), 1U);
}

TEST_F(FakeHosts, AfterStopNothingReachesThePlugin) {
  host.start(plugin);
  host.request(0, Action("Ping"), {}, note());
  host.after(milliseconds(1), [&] { plugin.told.emplace_back("timer"); });
  host.post([&] { plugin.told.emplace_back("posted"); });
  host.stop(plugin);
  host.clock.advance(milliseconds(10));
  EXPECT_EQ(host.run_posted(), 0U);
  EXPECT_EQ(host.answer_all(), 0U);
  EXPECT_THAT(plugin.told, ElementsAre("start", "stop"));
}

TEST_F(FakeHosts, TimersFollowTheClock) {
  int runs = 0;
  const TimerId timer = host.every(milliseconds(10), [&] { ++runs; });
  host.clock.advance(milliseconds(25));
  host.cancel(timer);
  host.clock.advance(milliseconds(25));
  EXPECT_EQ(runs, 2);
}

TEST_F(FakeHosts, PostLogAndCountersMayComeFromOtherThreads) {
  std::thread other([&] {
    host.post([&] { plugin.told.emplace_back("posted"); });
    host.log(Level::warning, "from there");
    host.counter("n").fetch_add(2);
  });
  other.join();
  EXPECT_EQ(host.run_posted(), 1U);
  EXPECT_THAT(plugin.told, ElementsAre("posted"));
  EXPECT_EQ(host.logged(Level::warning, "from"), 1U);
  EXPECT_EQ(host.logged(Level::error), 0U);
  EXPECT_EQ(host.lines().size(), 1U);
  EXPECT_EQ(host.counted("n"), 2U);
  EXPECT_EQ(host.counted("none"), 0U);
}

TEST_F(FakeHosts, AServerCanBeAddedWhileThePluginRuns) {
  host.start(plugin);
  EXPECT_EQ(host.add_server(plugin, "Three"), 2U);
  host.bring_up(plugin, 2);
  EXPECT_THAT(plugin.told, ElementsAre("start", "added 2", "up 2"));
  ASSERT_EQ(host.servers().size(), 3U);
  EXPECT_EQ(host.servers()[0].name, "One");
  EXPECT_EQ(host.servers()[2].section, "server-3");
  EXPECT_EQ(host.servers()[2].id, 2U);
}

TEST_F(FakeHosts, OldViewsEndWhenTheCallAboutTheChangeReturns) {
  host.start(plugin);
  const std::string_view before = host.servers()[0].name;
  std::string seen;
  plugin.on_changed = [&] { seen.append(before).append(" ").append(host.servers()[0].name); };
  host.set_name(0, "A name that is too long to be kept inside of the string object");
  host.set_transport(0, "ami");
  host.set_identity(0, "22.1.0", "pbx");
  host.tell_changed(plugin, 0);
  EXPECT_EQ(seen, "One A name that is too long to be kept inside of the string object");
  EXPECT_EQ(host.servers()[0].transport, "ami");
  EXPECT_EQ(host.servers()[0].asterisk_version, "22.1.0");
  EXPECT_EQ(host.servers()[0].system_name, "pbx");
}

TEST_F(FakeHosts, ARetiredServerGoesDownFirstAndWhatIsUnderWayEnds) {
  host.set_up(0);
  host.start(plugin);
  host.request(0, Action("Ping"), {}, note());
  host.request(1, Action("Ping"), {}, note());
  host.retire_server(plugin, 0);
  EXPECT_THAT(plugin.told, ElementsAre("start", "up 0", "outcome unknown", "down 0", "retired 0"));
  plugin.told.clear();
  host.retire_server(plugin, 1);
  EXPECT_THAT(plugin.told, ElementsAre("not sent", "retired 1"));
  EXPECT_TRUE(host.servers()[0].retired);
  EXPECT_FALSE(host.is_up(0));
}

TEST_F(FakeHosts, AsInTheDaemonARequestToNobodyIsRefusedLater) {
  host.start(plugin);
  host.retire_server(plugin, 0);
  plugin.told.clear();
  host.request(0, Action("Ping"), {}, note());
  host.request(77, Action("Ping"), {}, note());
  host.broadcast(Action("Ping"), 99, {}, {});
  EXPECT_EQ(host.requests.size(), 1U) << "the broadcast, to the server that is there";
  EXPECT_TRUE(plugin.told.empty());
  host.run_posted();
  EXPECT_THAT(plugin.told, ElementsAre("refused", "refused"));
  EXPECT_EQ(host.requests_to_nobody, 2U);
}

struct Lamp {
  static constexpr std::string_view extension_name = "lamp";
  static constexpr std::uint32_t extension_version = 2;
  bool lit = false;
};
struct OlderLamp {
  static constexpr std::string_view extension_name = "lamp";
  static constexpr std::uint32_t extension_version = 1;
};

TEST_F(FakeHosts, AnExtensionIsFoundByItsNameAndVersion) {
  EXPECT_EQ(extension<Lamp>(host), nullptr);
  Lamp lamp;
  host.offer(lamp);
  ASSERT_EQ(extension<Lamp>(host), &lamp);
  EXPECT_EQ(extension<OlderLamp>(host), nullptr);
}

TEST_F(FakeHosts, AnActionThatTheDaemonDoesNotSendIsRefusedLater) {
  host.start(plugin);
  std::string text;
  host.request(0, Action("Setvar").add("Value", "a\r\nAction: Originate"), {}, [&](const Reply& reply) {
    EXPECT_EQ(reply.outcome, Outcome::refused);
    text = reply.text;
  });
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(text, "");
  EXPECT_EQ(host.run_posted(), 1U);
  EXPECT_EQ(text, "the value of Value holds a control byte: 'a\\x0d\\x0aAction: Originate'");
  EXPECT_THAT(host.refusals(), ElementsAre("request: " + text));
}

TEST_F(FakeHosts, BytesThatAreNotUtf8ReachServersWithNativeAmiOnly) {
  host.set_transport(1, "ami");
  host.broadcast(Action("Setvar").add("Value", "\xe4"), 99, {}, {});
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].server, 1U);
}

TEST_F(FakeHosts, ARequestThatNobodyAnswersEndsWithItsTimeout) {
  host.start(plugin);
  host.request(0, Action("Ping"), milliseconds(50), note());
  host.request(1, Action("Ping"), {}, note());
  host.clock.advance(milliseconds(49));
  EXPECT_EQ(host.requests.size(), 2U);
  host.clock.advance(milliseconds(1));
  EXPECT_THAT(plugin.told, ElementsAre("start", "outcome unknown"));
  host.clock.advance(milliseconds(949));
  EXPECT_EQ(host.requests.size(), 1U);
  host.clock.advance(milliseconds(1));
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.clock.timers(), 0U);
}

TEST_F(FakeHosts, ARequestThatWasAnsweredDoesNotTimeOutAsWell) {
  host.request(0, Action("Ping"), milliseconds(50), note());
  host.request(0, Action("Ping"), milliseconds(50), note());
  host.answer();
  host.take_down(plugin, 0);
  EXPECT_EQ(host.clock.timers(), 0U);
  host.clock.advance(milliseconds(100));
  EXPECT_THAT(plugin.told, ElementsAre("success", "outcome unknown", "down 0"));
}

TEST_F(FakeHosts, TimeoutsMayBeLeftToTheTest) {
  FakeHost patient({"One"}, {}, Timeouts::by_the_test);
  patient.request(0, Action("Ping"), milliseconds(50), note());
  patient.clock.advance(milliseconds(100));
  EXPECT_EQ(patient.requests.size(), 1U);
}

TEST_F(FakeHosts, CallsFromAnotherThreadAreRefused) {
  std::thread([&] {
    host.request(0, Action("Ping"), {}, note());
    host.broadcast(Action("Ping"), 99, {}, {});
    host.subscribe("Hangup");
    host.subscribe_all();
    host.unsubscribe("Hangup");
    EXPECT_EQ(host.after(milliseconds(1), [] {}), 0U);
    EXPECT_EQ(host.every(milliseconds(1), [] {}), 0U);
    host.cancel(1);
    host.log(Level::info, "may");
    host.post([] {});
  }).join();
  EXPECT_EQ(host.refusals().size(), 8U);
  EXPECT_TRUE(host.refusals()[0].starts_with("request: it is not for the plugin's own threads"));
  EXPECT_TRUE(host.requests.empty());
  EXPECT_TRUE(host.subscribed.empty());
  EXPECT_EQ(host.clock.timers(), 0U);
  EXPECT_EQ(host.run_posted(), 1U);
}

TEST_F(FakeHosts, TasksThatAreEmptyAreRefused) {
  EXPECT_EQ(host.after(milliseconds(1), {}), 0U);
  EXPECT_EQ(host.every(milliseconds(1), {}), 0U);
  host.post({});
  EXPECT_EQ(host.refusals().size(), 3U);
}

}  // namespace
}  // namespace amibroker::testing
