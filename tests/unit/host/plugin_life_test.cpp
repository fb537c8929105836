// SPDX-License-Identifier: Apache-2.0
//
// One plugin over several instances: quarantine, changed options, hand-over.
#include "core/host/plugin_life.hpp"

#include "tests/unit/host/plugin_fixture.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PluginLifeTest : public ScriptedFixture {
 protected:
  PluginLifeTest() {
    script->start = [this](Host& given) {
      host = &given;
      ++starts;
      given.subscribe("Probe");
      if (then) then(given);
    };
    script->stop = [this] { ++stops; };
  }
  ~PluginLifeTest() override { plugins.stop(); }  // while what the script refers to is there
  void configure(const std::vector<base::Setting>& settings = {}) {
    std::vector<base::Problem> errors;
    plugins.apply(plugins.plan(PluginFolders({test_plugins}), std::vector{PluginConfig{"scripted", true, 1, settings}},
                               {}, errors));
    ASSERT_THAT(errors, IsEmpty());
  }
  void quarantine_for(std::vector<std::chrono::milliseconds> pauses) {
    QuarantineRules rules;
    rules.pauses = std::move(pauses);
    rules.end_daemon = [this] { ++ends; };
    plugins.set_quarantine(std::move(rules));
  }
  void throw_often() {
    script->event = [this](ServerId, const Message&) {
      ++calls;
      throw std::runtime_error("bad day");
    };
    for (int i = 0; i < 100; ++i) event("Probe");
  }
  [[nodiscard]] bool logged(const std::string& text) const { return log().find(text) != std::string::npos; }

  std::function<void(Host&)> then;
  int starts = 0, stops = 0, ends = 0, calls = 0;
};

TEST_F(PluginLifeTest, OneThatThrowsTooOftenIsStoppedOnceTheLoopIsOutOfIt) {
  quarantine_for({1h});
  configure();
  throw_often();
  EXPECT_EQ(calls, 20) << "nothing more reaches it";
  EXPECT_EQ(stops, 0) << "it may still be inside a call";
  run_until(loop, [&] { return stops > 0; });
  EXPECT_EQ(stops, 1);
  EXPECT_FALSE(life("scripted").running());
  EXPECT_THAT(log(), AllOf(HasSubstr("error plugin scripted threw 20 times in 20 calls and is stopped: "
                                     "on_event: bad day (20 times). A new instance starts in 60 min."),
                           HasSubstr("scripted.so")));
  EXPECT_EQ(life("scripted").summary().substr(0, 16), "is in quarantine");
  EXPECT_EQ(life("scripted").statistics().faults, 20U);
}

TEST_F(PluginLifeTest, ItComesBackUntilItHasFailedOnceMoreThanThereArePauses) {
  quarantine_for({1ms, 2ms});
  configure();
  for (int round = 1; round <= 3; ++round) {
    ASSERT_EQ(starts, round);
    throw_often();
    run_until(loop, [&] { return stops == round && (round == 3 || starts == round + 1); });
  }
  EXPECT_THAT(log(), AllOf(HasSubstr("starts in 1 ms"), HasSubstr("starts in 2 ms"),
                           HasSubstr("stays off until the configuration is loaded again")));
  EXPECT_EQ(life("scripted").statistics().faults, 60U) << "over all instances";
  EXPECT_EQ(life("scripted").summary().substr(0, 6), "is off");
  configure();
  EXPECT_EQ(starts, 4) << "a reload brings it back";
}

TEST_F(PluginLifeTest, ANewInstanceThatDoesNotStartIsTriedAgainLater) {
  quarantine_for({1ms, 2ms});
  configure();
  int failed = 0;
  then = [&](Host&) {
    if (++failed == 1) throw std::runtime_error("still no licence");
  };
  throw_often();
  script->event = nullptr;
  run_until(loop, [&] { return life("scripted").running() && starts == 3; });
  EXPECT_THAT(log(),
              AllOf(HasSubstr("still no licence"), HasSubstr("error plugin scripted: A new instance starts in 2 ms")));
  EXPECT_EQ(stops, 2) << "stop is called after a start that failed, too";
}

TEST_F(PluginLifeTest, FaultsOfEveryCallCount) {
  quarantine_for({1h});
  configure();
  bring_up();
  const auto fail = [](auto&&...) { throw std::runtime_error("bad day"); };
  for (int i = 0; i < 4; ++i) {
    host->after(0ms, fail);
    host->post(fail);
    host->request(0, Action("Ping"), 0ms, fail);
  }
  while (!first.requests.empty()) first.answer(dispatcher, {Outcome::success, "", {}});
  script->down = script->up = fail;
  script->lost = fail;
  for (int i = 0; i < 4; ++i) dispatcher.on_down(0), dispatcher.on_up(0);
  EXPECT_TRUE(life("scripted").running());
  run_until(loop, [&] { return stops > 0; });
  EXPECT_THAT(log(), AllOf(HasSubstr("an answer: bad day (4 times)"), HasSubstr("a task: bad day (8 times)"),
                           HasSubstr("on_server_down: bad day (4 times)")));
}

TEST_F(PluginLifeTest, WhatItStillWantedWhenItWasStoppedComesToNothing) {
  quarantine_for({1h});
  configure();
  host->after(0ms, [] { FAIL() << "in quarantine"; });
  host->post([] { FAIL() << "in quarantine"; });
  host->request(0, Action("Ping"), 0ms, [](const Reply&) { FAIL() << "in quarantine"; });
  throw_often();
  first.answer(dispatcher, {Outcome::success, "", {}});
  run_until(loop, [&] { return stops > 0; });
  run_pending(loop);
}

TEST_F(PluginLifeTest, OnFaultIgnoreGoesOn) {
  configure({{"on_fault", "ignore", 1}});
  throw_often();
  run_pending(loop);
  EXPECT_EQ(calls, 100);
  EXPECT_EQ(stops, 0);
}

TEST_F(PluginLifeTest, OnFaultExitEndsTheDaemonWithALine) {
  quarantine_for({1ms});
  configure({{"on_fault", "exit", 1}});
  throw_often();
  run_pending(loop);
  EXPECT_EQ(ends, 1);
  EXPECT_EQ(calls, 20);
  EXPECT_THAT(log(), HasSubstr("critical plugin scripted threw 20 times in 20 calls, and on_fault = exit ends the "
                               "daemon: on_event: bad day (20 times)"));
}

TEST_F(PluginLifeTest, TheEndDuringQuarantineIsQuiet) {
  quarantine_for({1ms});
  configure();
  throw_often();
  plugins.stop();
  run_pending(loop);
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(stops, 1);
}

TEST_F(PluginLifeTest, OptionsThatItTakesChangeWithoutANewInstance) {
  configure();
  const Options& before = host->options();
  script->options = [&](const Options& options) { return options.integer("pace") == 7; };
  configure({{"pace", "7", 2}});
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(host->options().integer("pace"), 7);
  EXPECT_EQ(before.integer("pace"), 30) << "what it held before stays readable";
  configure({{"pace", "8", 2}});
  EXPECT_EQ(starts, 2) << "it said no";
  EXPECT_EQ(stops, 1);
  EXPECT_EQ(host->options().integer("pace"), 8);
}

TEST_F(PluginLifeTest, AFaultInOnOptionsIsANo) {
  configure();
  script->options = [](const Options&) -> bool { throw std::runtime_error("no idea"); };
  configure({{"pace", "7", 2}});
  EXPECT_EQ(starts, 2);
  EXPECT_THAT(log(), HasSubstr("threw in on_options: no idea"));
}

TEST_F(PluginLifeTest, ANewInstanceGetsWhatTheOldOneSaved) {
  std::vector<std::string> got;
  then = [&](Host& given) { got.emplace_back(given.saved()); };
  script->save = [&] { return std::string("a\0b", 3) + std::to_string(starts); };
  configure();
  configure({{"pace", "7", 2}});
  configure({{"pace", "8", 2}});
  EXPECT_THAT(got, ElementsAre("", std::string("a\0b1", 4), std::string("a\0b2", 4)));
  EXPECT_EQ(host->saved(), "") << "valid during start only";
}

TEST_F(PluginLifeTest, MoreThanMayBeSavedIsDroppedWithAWarning) {
  std::size_t got = 1;
  then = [&](Host& given) { got = given.saved().size(); };
  script->save = [] { return std::string(PluginInstance::most_saved + 1, 'x'); };
  configure();
  configure({{"pace", "7", 2}});
  EXPECT_EQ(got, 0U);
  EXPECT_THAT(log(), HasSubstr("warning plugin scripted wants to hand over 67108865 bytes"));
  script->save = [] { return std::string(PluginInstance::most_saved, 'x'); };
  configure({{"pace", "8", 2}});
  EXPECT_EQ(got, PluginInstance::most_saved);
}

TEST_F(PluginLifeTest, AfterAQuarantineNothingIsHandedOver) {
  quarantine_for({1ms});
  script->save = [] { return std::string("poison"); };
  std::vector<std::string> got;
  then = [&](Host& given) { got.emplace_back(given.saved()); };
  configure();
  throw_often();
  run_until(loop, [&] { return starts == 2; });
  EXPECT_THAT(got, ElementsAre("", ""));
}

TEST_F(PluginLifeTest, AFloodOfLinesIsCutAndCounted) {
  configure();
  for (std::uint64_t i = 0; i < 2 * LineQuota::at_once + 5'000; ++i) host->log(Level::info, "flood");
  plugins.look();
  EXPECT_THAT(log(), HasSubstr("warning plugin scripted logs more than 5000 lines a second: "));
}

TEST_F(PluginLifeTest, AThousandReloadsUnderEventsLoseAndDoubleNone) {
  int seen = 0, sent = 0;
  script->event = [&](ServerId, const Message&) { ++seen; };
  configure();
  for (int reload = 1; reload <= 1'000; ++reload) {
    configure({{"pace", std::to_string(1 + reload % 60), 2}});
    for (int i = 0; i < 5; ++i, ++sent) event("Probe", static_cast<ServerId>(i % 2));
    ASSERT_EQ(seen, sent) << "after reload " << reload;
  }
  EXPECT_EQ(starts, 1'001);
  EXPECT_EQ(stops, 1'000);
}

}  // namespace
}  // namespace amibroker::host
