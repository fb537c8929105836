// SPDX-License-Identifier: Apache-2.0
//
// The functions of sdk Host, with sane and with hostile arguments.
#include <thread>

#include "core/host/plugin_instance.hpp"
#include "tests/unit/host/plugin_fixture.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Reply fine{Outcome::success, "Pong", {}};

class PluginHostFunctions : public ScriptedFixture {
 protected:
  PluginHostFunctions() { run(); }
  std::vector<std::string> seen;
};

TEST_F(PluginHostFunctions, ServersAreThoseOfTheConfiguration) {
  ASSERT_THAT(host->servers(), SizeIs(2));
  EXPECT_EQ(host->servers()[1].id, 1U);
  EXPECT_EQ(host->servers()[1].section, "branch");
  EXPECT_EQ(host->servers()[1].name, "Branch");
  second.is_up = false;
  EXPECT_TRUE(host->is_up(0));
  EXPECT_FALSE(host->is_up(1));
  EXPECT_FALSE(host->is_up(77));
  EXPECT_TRUE(host->verbose());
}

TEST_F(PluginHostFunctions, SubscribeAllGivesEveryEvent) {
  script->event = [&](ServerId, const Message& message) { seen.emplace_back(message.event()); };
  host->subscribe_all();
  event("One");
  event("Two");
  EXPECT_THAT(seen, ElementsAre("One", "Two"));
}

TEST_F(PluginHostFunctions, ASubscriptionToNoEventOrAnEndlessOneIsRefused) {
  host->subscribe("");
  EXPECT_THAT(log(), HasSubstr("called subscribe, which did nothing: no event has such a name"));
  host->subscribe(std::string(1'000'000, 'x'));
}

TEST_F(PluginHostFunctions, WhatWasUnsubscribedComesNoMore) {
  script->event = [&](ServerId, const Message& message) { seen.emplace_back(message.event()); };
  host->subscribe("One"), host->subscribe("Two");
  host->unsubscribe("one");
  event("One");
  event("Two");
  EXPECT_THAT(seen, ElementsAre("Two"));
}

TEST_F(PluginHostFunctions, ARequestReachesTheLinkAndItsAnswerThePlugin) {
  host->request(1, Action("Ping"), 250ms, [&](const Reply& reply) { seen.emplace_back(reply.text); });
  ASSERT_THAT(second.requests, SizeIs(1));
  EXPECT_EQ(second.requests[0].timeout, 250ms);
  second.answer(dispatcher, fine);
  EXPECT_THAT(seen, ElementsAre("Pong"));
}

TEST_F(PluginHostFunctions, TimeoutsAreTheConfiguredOneForZeroAndClampedOtherwise) {
  for (const auto timeout : {0ms, -5ms, std::chrono::milliseconds::min(), std::chrono::milliseconds::max()})
    host->request(0, Action("Ping"), timeout, {});
  std::vector<std::chrono::milliseconds> timeouts;
  for (const auto& request : first.requests) timeouts.push_back(request.timeout);
  EXPECT_THAT(timeouts, ElementsAre(700ms, 1ms, 1ms, 1h));
}

TEST_F(PluginHostFunctions, TheConfiguredTimeoutAndVerboseMayChangeWhileItRuns) {
  plugins.set_general(300ms, false);
  host->request(0, Action("Ping"), {}, nullptr);
  EXPECT_EQ(first.requests.back().timeout, 300ms);
  EXPECT_FALSE(host->verbose());
}

TEST_F(PluginHostFunctions, ARequestToAnUnknownServerIsRefusedLater) {
  host->request(2, Action("Ping"), 0ms, [&](const Reply& reply) { seen.emplace_back(to_string(reply.outcome)); });
  host->request(static_cast<ServerId>(-1), Action("Ping"), 0ms, {});
  EXPECT_THAT(seen, IsEmpty()) << "never from inside request";
  run_pending(loop);
  EXPECT_THAT(seen, ElementsAre("refused"));
  EXPECT_THAT(log(), HasSubstr("called request, which did nothing: there is no server of that number"));
}

TEST_F(PluginHostFunctions, ABroadcastGoesToAllButOneAndEachAnswerComesWithItsServer) {
  const auto held = std::make_shared<int>();
  const auto note = [&, held](ServerId server, const Reply& reply) {
    seen.push_back(std::to_string(server) + ' ' + std::string(to_string(reply.outcome)));
  };
  host->broadcast(Action("Ping"), 0, 50ms, note);
  EXPECT_THAT(first.requests, IsEmpty());
  ASSERT_THAT(second.requests, SizeIs(1));
  EXPECT_EQ(second.requests[0].timeout, 50ms);
  host->broadcast(Action("Ping"), 99, 0ms, note);
  second.answer(dispatcher, fine);
  second.answer(dispatcher, fine);
  first.answer(dispatcher, {Outcome::unknown, "", {}});
  EXPECT_THAT(seen, ElementsAre("1 success", "1 success", "0 outcome unknown"));
  EXPECT_EQ(held.use_count(), 2) << "a broadcast that was answered is forgotten";
}

TEST_F(PluginHostFunctions, ABroadcastWithoutCompletionIsSent) {
  host->broadcast(Action("Ping"), 99, 0ms, {});
  EXPECT_THAT(first.requests, SizeIs(1));
  EXPECT_FALSE(first.requests[0].done);
  EXPECT_THAT(second.requests, SizeIs(1));
}

TEST_F(PluginHostFunctions, ABroadcastWhoseCompletionThrowsStillAnswersForTheOthers) {
  const auto held = std::make_shared<int>();
  host->broadcast(Action("Ping"), 99, 0ms, [&, held](ServerId server, const Reply&) {
    seen.push_back(std::to_string(server));
    throw std::runtime_error("bad day");
  });
  first.answer(dispatcher, fine);
  second.answer(dispatcher, fine);
  EXPECT_THAT(seen, ElementsAre("0", "1"));
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(PluginHostFunctions, TimersRunAndEndWithCancel) {
  host->after(0ms, [&] { seen.emplace_back("after"); });
  TimerId timer = 0;
  timer = host->every(1ms, [&] {
    seen.emplace_back("every");
    if (seen.size() > 3) host->cancel(timer);
  });
  run_until(loop, [&] { return seen.size() > 3; });
  EXPECT_THAT(seen, ElementsAre("after", "every", "every", "every"));
}

TEST_F(PluginHostFunctions, TooManyTimersAreRefusedAndLogged) {
  for (std::size_t i = 0; i < PluginTimers::most_timers; ++i) ASSERT_NE(host->after(1h, [] {}), 0U);
  EXPECT_EQ(host->after(1h, [] {}), 0U);
  EXPECT_THAT(log(), HasSubstr("called after, which did nothing: it has 100,000 timers"));
}

TEST_F(PluginHostFunctions, EmptyTasksAreRefusedAndLogged) {
  EXPECT_EQ(host->after(0ms, {}), 0U);
  EXPECT_EQ(host->every(0ms, {}), 0U);
  host->post({});
  EXPECT_THAT(log(), HasSubstr("called after, which did nothing: the std::function is empty"));
  run_pending(loop);
}

TEST_F(PluginHostFunctions, PostedTasksRunOnTheLoopInOrder) {
  std::thread own([&] {
    for (const char* word : {"a", "b", "c"}) host->post([&, word] { seen.emplace_back(word); });
  });
  run_until(loop, [&] { return seen.size() == 3; });
  own.join();
  EXPECT_THAT(seen, ElementsAre("a", "b", "c"));
}

TEST_F(PluginHostFunctions, OtherFunctionsRefuseThePluginsOwnThreads) {
  std::thread own([&] {
    host->request(0, Action("Ping"), 0ms, {});
    host->broadcast(Action("Ping"), 9, 0ms, {});
    host->subscribe_all();
    EXPECT_EQ(host->after(0ms, [] { FAIL(); }), 0U);
    EXPECT_FALSE(host->is_up(0));
  });
  own.join();
  EXPECT_THAT(first.requests, IsEmpty());
  EXPECT_THAT(log(), AllOf(HasSubstr("called request, which did nothing: it is not for the plugin's own threads"),
                           HasSubstr("go through post")));
}

TEST_F(PluginHostFunctions, NowIsTheClockOfTheLoopOnAnyThread) {
  EXPECT_EQ(host->now(), loop.now());
  const auto before = std::chrono::steady_clock::now();
  std::thread own([&] { EXPECT_GE(host->now(), before); });
  own.join();
}

TEST_F(PluginHostFunctions, ComplaintsDoNotFloodTheLog) {
  for (int i = 0; i < 10'000; ++i) host->request(9, Action("Ping"), 0ms, {});
  EXPECT_LT(log().size(), 2'000U);
}

TEST_F(PluginHostFunctions, ALogLineHasThePluginsNameAndCannotForgeAnother) {
  host->log(Level::warning, "one\nerror two\x1b[31m");
  EXPECT_THAT(log(), HasSubstr("warning plugin scripted: one\\x0aerror two\\x1b[31m\n"));
  host->log(static_cast<Level>(77), "strange level");
  EXPECT_THAT(log(), HasSubstr("error plugin scripted: strange level"));
}

TEST_F(PluginHostFunctions, ALogLineIsBoundedAndIsNoFormatString) {
  host->log(Level::info, "{} {9} %s");
  EXPECT_THAT(log(), HasSubstr("info plugin scripted: {} {9} %s\n"));
  host->log(Level::info, std::string(1'000'000, 'x'));
  EXPECT_LT(log().size(), 3'000U);
  EXPECT_THAT(log(), HasSubstr("xxx...\n"));
}

TEST_F(PluginHostFunctions, CountersLastAndAreReported) {
  Counter& counter = host->counter("writes");
  counter += 3;
  EXPECT_EQ(&host->counter("writes"), &counter);
  EXPECT_THAT(life("scripted").counters().values(), ElementsAre(::testing::Pair("writes", 3)));
}

}  // namespace
}  // namespace amibroker::host
