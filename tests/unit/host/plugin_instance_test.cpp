// SPDX-License-Identifier: Apache-2.0
//
// The life of a plugin, step by step.
#include "core/host/plugin_instance.hpp"

#include <thread>

#include "tests/unit/host/plugin_fixture.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PluginInstanceTest : public ScriptedFixture {
 protected:
  std::vector<std::string> steps;
};

TEST_F(PluginInstanceTest, LifeGoesStartServersEventsStopDestroy) {
  second.is_up = false;
  script->start = [&](Host& given) {
    steps.push_back("start");
    given.subscribe("Probe");
  };
  script->up = [&](ServerId server) { steps.push_back("up " + std::to_string(server)); };
  script->down = [&](ServerId server) { steps.push_back("down " + std::to_string(server)); };
  script->event = [&](ServerId server, const Message& message) {
    steps.push_back(std::string(message.event()) + ' ' + std::to_string(server));
  };
  script->stop = [&] { steps.push_back("stop"); };
  script->destroy = [&] { steps.push_back("destroy"); };
  run();
  event("Probe", 1);
  event("Nobody");
  dispatcher.on_up(1);
  dispatcher.on_down(0);
  plugins.stop();
  event("Probe", 1);
  dispatcher.on_up(1);
  plugins.stop();
  EXPECT_THAT(steps, ElementsAre("start", "up 0", "Probe 1", "up 1", "down 0", "stop", "destroy"));
}

TEST_F(PluginInstanceTest, LostEventsAndReportsReachItWhileItRuns) {
  script->lost = [&](ServerId server, std::uint64_t count) {
    steps.push_back("lost " + std::to_string(count) + " of " + std::to_string(server));
  };
  script->report = [&] { steps.push_back("report"); };
  run();
  dispatcher.on_events_lost(1, 12);
  dispatcher.report();
  plugins.stop();
  dispatcher.on_events_lost(1, 13);
  dispatcher.report();
  EXPECT_THAT(steps, ElementsAre("lost 12 of 1", "report"));
}

TEST_F(PluginInstanceTest, AfterAStartThatFailedItIsStoppedAndDestroyed) {
  script->start = [&](Host&) {
    steps.push_back("start");
    throw std::runtime_error("no licence");
  };
  script->up = [&](ServerId) { steps.push_back("up"); };
  script->stop = [&] { steps.push_back("stop"); };
  script->destroy = [&] { steps.push_back("destroy"); };
  EXPECT_EQ(start({"scripted"}), 0U);
  dispatcher.on_up(0);
  plugins.stop();
  EXPECT_THAT(steps, ElementsAre("start", "stop", "destroy"));
  EXPECT_THAT(log(), AllOf(HasSubstr("error plugin scripted cannot start: no licence; the daemon goes on without it"),
                           HasSubstr("[plugin scripted]"), HasSubstr("'scripted = no'"), HasSubstr("scripted.so")));
}

TEST_F(PluginInstanceTest, WhatWaitsAtTheEndIsDroppedBeforeThePluginIsDestroyed) {
  const auto held = std::make_shared<int>();
  script->destroy = [&, watched = std::weak_ptr<int>(held)] {
    steps.push_back("held by " + std::to_string(watched.use_count()));
  };
  Host& given = run();
  given.post([held] { FAIL() << "after stop"; });
  given.after(0ms, [held] { FAIL() << "after stop"; });
  given.every(1ms, [held] { FAIL() << "after stop"; });
  given.broadcast(Action("Ping"), 9, 0ms, [held](ServerId, const Reply&) { FAIL() << "after stop"; });
  given.request(77, Action("Ping"), 0ms, [held](const Reply&) { FAIL() << "after stop"; });
  plugins.stop();
  EXPECT_THAT(steps, ElementsAre("held by 1"));
  first.answer(dispatcher, {Outcome::success, "", {}});
  second.answer(dispatcher, {Outcome::success, "", {}});
  run_pending(loop);
}

TEST_F(PluginInstanceTest, InStopItMayStillAskForActionsButNotForTimers) {
  TimerId timer = 1;
  script->stop = [&] {
    host->request(0, Action("UserEvent"), 0ms, {});
    timer = host->after(0ms, [] {});
    host->log(Level::info, "going");
  };
  run();
  plugins.stop();
  ASSERT_EQ(first.requests.size(), 1U);
  EXPECT_EQ(first.requests[0].action, "UserEvent");
  EXPECT_EQ(timer, 0U);
  EXPECT_THAT(log(), HasSubstr("plugin scripted: going"));
}

TEST_F(PluginInstanceTest, AfterStopNothingIsAskedForAnyMore) {
  Host& given = run();
  plugins.stop();
  given.request(0, Action("Ping"), 0ms, {});
  given.broadcast(Action("Ping"), 9, 0ms, {});
  EXPECT_EQ(given.after(0ms, [] { FAIL(); }), 0U);
  EXPECT_FALSE(given.is_up(0));
  EXPECT_TRUE(first.requests.empty());
}

TEST_F(PluginInstanceTest, ABroadcastToNobodyIsForgottenAtOnce) {
  const auto held = std::make_shared<int>();
  script->start = [&](Host& given) {
    given.broadcast(Action("Ping"), 0, 0ms, [held](ServerId, const Reply&) { FAIL() << "there is no other server"; });
    steps.push_back("held by " + std::to_string(held.use_count()));
  };
  dispatch::Dispatcher own{1000ms};
  own.attach(servers);
  PluginHost lonely(loop, own, 700ms, false);
  lonely.add_server(0, {"office", "Office"});
  const std::vector<PluginConfig> configs{{"scripted", true, 1, {}}};
  ASSERT_TRUE(lonely.load(PluginFolders({test_plugins}), configs).empty());
  EXPECT_EQ(lonely.start(), 1U);
  EXPECT_THAT(steps, ElementsAre("held by 1"));
}

TEST_F(PluginInstanceTest, AThreadThatThePluginForgotDoesNoHarm) {
  Host& given = run();
  Counter& late = given.counter("late");
  plugins.stop();
  std::thread forgotten([&] {
    given.post([] { FAIL() << "after stop"; });
    given.log(Level::info, "late word");
    given.subscribe("Probe");
    given.request(0, Action("Ping"), 0ms, {});
    ++late;
  });
  forgotten.join();
  run_pending(loop);
  EXPECT_TRUE(first.requests.empty());
  EXPECT_EQ(given.counter("late"), 1U);
}

TEST_F(PluginInstanceTest, AThreadMayPostUntilStopJoinsIt) {
  std::thread own;
  std::atomic<bool> enough{false};
  std::uint64_t ran = 0;
  script->start = [&](Host& given) {
    own = std::thread([&] {
      while (!enough) given.post([&ran] { ++ran; });
    });
  };
  script->stop = [&] {
    enough = true;
    own.join();
  };
  run();
  run_until(loop, [&] { return ran > 100; });
  plugins.stop();
  const auto until_stop = ran;
  run_pending(loop);
  EXPECT_EQ(ran, until_stop);
}

TEST_F(PluginInstanceTest, CallsAndFaultsAreCounted) {
  script->event = [](ServerId, const Message&) { throw std::runtime_error("bad day"); };
  run().subscribe("Probe");
  event("Probe");
  ASSERT_NE(plugin("scripted").statistics(), nullptr);
  EXPECT_EQ(plugin("scripted").statistics()->faults, 1U);
  plugins.stop();
  EXPECT_EQ(plugin("scripted").statistics(), nullptr);
}

}  // namespace
}  // namespace amibroker::host
