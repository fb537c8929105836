// SPDX-License-Identifier: Apache-2.0
#include "core/link/server.hpp"

#include <atomic>

#include "tests/unit/link/fleet_fixture.hpp"

namespace amibroker::link {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class ServerTest : public FleetTest {
 protected:
  void ask(const std::string& name, milliseconds timeout = long_time) {
    servers->request(0, Action(name), timeout, 3, nullptr);
  }
  [[nodiscard]] const Server& server() const { return servers->at(0); }
  static bool is_ping(const std::string& sent) { return sent.ends_with("Ping"); }
};

TEST_F(ServerTest, IsUpOnceAPingCameBackOverAWireThatIsReady) {
  begin();
  servers->add(config_of("a"));
  ASSERT_TRUE(run_until([&] { return made_ != nullptr && transport().wires() == 1; }));
  EXPECT_TRUE(transport().last().sent.empty()) << "nothing is sent on a wire that is not ready";
  transport().last().connected();
  transport().last().ready();
  EXPECT_THAT(transport().last().sent, testing::ElementsAre("1 Ping"));
  EXPECT_FALSE(server().up());
  answer(transport().last(), 1);
  EXPECT_TRUE(server().up());
  EXPECT_EQ(log.count("is up"), 1U);
}

TEST_F(ServerTest, ThatAnswersOnlyPingsGetsItsWindowBack) {
  ignored = {"Setvar"};
  come_up();
  const std::size_t window = transport().fake_traits.window;
  for (std::size_t i = 0; i < window; ++i) ask("Setvar", milliseconds(1));
  ASSERT_TRUE(serve_until([&] { return recorder.answers.size() == window; }));
  // Every place in the window was taken by an action that will not be answered any more.
  ask("Other");
  ASSERT_TRUE(serve_until([&] { return recorder.answers.size() == window + 1; }));
  EXPECT_EQ(recorder.answers.back().outcome, Outcome::success);
  EXPECT_EQ(recorder.downs, 0);
}

TEST_F(ServerTest, ThatAnswersOnlyPingsForLongIsReconnectedWithOneLine) {
  ignored = {"Setvar"};
  come_up();
  const auto again = loop.every(milliseconds(5), [&] { ask("Setvar", milliseconds(10)); });
  ASSERT_TRUE(serve_until([&] { return recorder.downs == 1; }));
  loop.cancel(again);
  EXPECT_EQ(log.count("it answers Pings, but none of the last"), 1U) << log.text();
}

TEST_F(ServerTest, ThatAnswersSomeActionsStaysUp) {
  ignored = {"Setvar"};
  come_up();
  int count = 0;
  const auto again =
      loop.every(milliseconds(5), [&] { ask(++count % 10 == 0 ? "Other" : "Setvar", milliseconds(10)); });
  ASSERT_TRUE(serve_until([&] { return count == 100; }));
  loop.cancel(again);
  EXPECT_EQ(recorder.downs, 0);
}

TEST_F(ServerTest, EventsDelayTheEndOfAPingOnlySoFar) {
  come_up();
  transport().fake_traits.events_show_life = true;
  ignored = {"Ping"};
  class Frame final : public ami::EventFrame {
   public:
    [[nodiscard]] std::string_view name() const noexcept override { return "Noise"; }
    [[nodiscard]] const Message* message() override { return nullptr; }
  };
  const auto events = loop.every(milliseconds(5), [&] {
    Frame frame;
    transport().wire(0).tell([&](WireListener& to) { to.on_event(frame); });
  });
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(serve_until([&] { return recorder.downs == 1; }));
  loop.cancel(events);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, quick().ping_timeout * 2) << "events count for something";
}

// An event may fall between the answer to a list and the moment from which the server sends events of that name.
TEST_F(ServerTest, WhatIsAskedForLaterIsInDoubtOnceMore) {
  ServerTimings timings = quick();
  timings.settle = milliseconds(1);
  come_up(timings);
  servers->set_interest({.names = {}});
  servers->set_interest({.names = {"Hangup"}});
  ASSERT_TRUE(serve_until([&] { return !recorder.losses.empty(); }));
  EXPECT_THAT(recorder.losses, testing::ElementsAre(0)) << "nobody knows how many";
  EXPECT_EQ(log.count("lost"), 0U);
}

TEST_F(ServerTest, WhatIsAskedForAgainAndAgainIsInDoubtNowAndThen) {
  ServerTimings timings = quick();
  timings.settle = milliseconds(1);
  timings.doubt_period = long_time;
  come_up(timings);
  const auto pings = [&] { return server().counters().actions; };
  for (const char* name : {"Hangup", "Newchannel", "Newstate"}) {
    servers->set_interest({.names = {name}});
    const auto before = pings();
    ASSERT_TRUE(serve_until([&] { return pings() > before + 1; }));
  }
  EXPECT_THAT(recorder.losses, testing::ElementsAre(0));
}

TEST_F(ServerTest, WhatIsAskedForWhileOtherEventsAreInDoubtIsInDoubtToo) {
  ServerTimings timings = quick();
  timings.settle = timings.doubt_period = milliseconds(100);
  come_up(timings);
  const auto pings = [&] { return server().counters().actions; };
  servers->set_interest({.names = {}});
  servers->set_interest({.names = {"Hangup"}});
  const auto before = pings();
  ASSERT_TRUE(serve_until([&] { return pings() > before; }));
  ASSERT_THAT(recorder.losses, testing::IsEmpty()) << "the first has not settled";
  servers->set_interest({.names = {"Hangup", "Newstate"}});
  const auto asked_last = loop.now();
  ASSERT_TRUE(serve_until([&] { return recorder.losses.size() == 2; }));
  EXPECT_GE(loop.now() - asked_last, timings.settle);
  EXPECT_THAT(recorder.losses, testing::Each(0U));
}

TEST_F(ServerTest, LessThanBeforeIsNoReasonForDoubt) {
  ServerTimings timings = quick();
  timings.settle = milliseconds(1);
  begin(timings);
  servers->set_interest({.names = {"Hangup", "Newstate"}});
  servers->add(config_of("a"));
  ASSERT_TRUE(serve_until([&] { return recorder.ups == 1; }));
  servers->set_interest({.names = {"Hangup"}});
  const auto before = server().counters().actions;
  ASSERT_TRUE(serve_until([&] { return server().counters().actions > before + 2; }));
  EXPECT_THAT(recorder.losses, testing::IsEmpty());
}

TEST_F(ServerTest, ABrokerThatWasHeldUpDoesNotBlameItsServers) {
  come_up();
  ASSERT_TRUE(serve_until([&] { return server().counters().actions > 3; }));
  // A Ping and an action are under way, and their answers come while nobody reads them.
  ask("Setvar", milliseconds(30));
  hold_the_loop(quick().longest_ping * 3);
  ASSERT_TRUE(serve_until([&] { return recorder.answers.size() == 1; }));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::success) << recorder.answers[0].text;
  EXPECT_EQ(recorder.downs, 0) << log.text();
}

TEST_F(ServerTest, NothingIsSentToAServerThatStandsStill) {
  ServerTimings timings = quick();
  timings.ping_timeout = timings.longest_ping = timings.longest_wait = long_time;
  come_up(timings);
  ignored = {"Ping", "Setvar"};
  const FakeWireState& wire = transport().wire(0);
  const auto pings = [&] { return std::count_if(wire.sent.begin(), wire.sent.end(), is_ping); };
  const auto before = pings();
  ASSERT_TRUE(serve_until([&] { return pings() > before; }));
  const auto far_above = timings.hold_after * 20;  // time in which a busy machine stops the loop does not count
  const auto asked = std::chrono::steady_clock::now();
  ask("Setvar");
  ASSERT_TRUE(serve_until([&] { return std::chrono::steady_clock::now() - asked > far_above; }));
  ask("Late");
  ASSERT_TRUE(serve_until([&] { return std::chrono::steady_clock::now() - asked > 2 * far_above; }));
  EXPECT_THAT(wire.sent, testing::Contains(testing::EndsWith("Setvar"))) << "before it was noticed";
  EXPECT_THAT(wire.sent, testing::Not(testing::Contains(testing::EndsWith("Late"))));
  // It goes on, and answers what it was asked.
  ignored = {};
  answer(transport().wire(0), std::stoull(*std::find_if(wire.sent.rbegin(), wire.sent.rend(), is_ping)));
  ASSERT_TRUE(serve_until([&] { return recorder.answers.size() == 2; }));
  EXPECT_THAT(wire.sent, testing::Contains(testing::EndsWith("Late")));
}

TEST_F(ServerTest, ASignOfLifeLetsGoWhatWasHeldBack) {
  ServerTimings timings = quick();
  timings.ping_timeout = long_time;
  timings.longest_ping = long_time * 2;
  come_up(timings);
  ignored = {"Ping"};
  const FakeWireState& wire = transport().wire(0);
  const auto sent = [&](const char* name) {
    return std::any_of(wire.sent.begin(), wire.sent.end(), [&](const auto& text) { return text.ends_with(name); });
  };
  const auto far_above = timings.hold_after * 20;
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(serve_until([&] { return std::chrono::steady_clock::now() - begun > far_above; }));
  ask("Late");
  ASSERT_TRUE(serve_until([&] { return std::chrono::steady_clock::now() - begun > far_above + milliseconds(50); }));
  ASSERT_FALSE(sent("Late"));
  transport().wire(0).tell([](WireListener& to) { to.on_progress(); });
  ASSERT_TRUE(serve_until([&] { return sent("Late"); }));
}

TEST_F(ServerTest, ADeadlineStartsWhenTheActionIsSent) {
  ServerTimings timings = quick();
  timings.useless_after = timings.ping_period = std::chrono::hours(1);
  come_up(timings);
  ignored = {"Slow"};
  for (int i = 0; i < 512; ++i) ask("Slow");
  ask("Setvar", milliseconds(50));  // waits longer than that for its turn
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(serve_until([&] { return std::chrono::steady_clock::now() - begun > milliseconds(150); }));
  EXPECT_TRUE(recorder.answers.empty()) << "it is not given up while it waits";
  const std::string& last = transport().wire(0).sent.back();
  answer(transport().wire(0), std::stoull(last));  // which settles those before it
  ASSERT_TRUE(serve_until([&] { return recorder.answers.size() == 513; }));
  EXPECT_EQ(recorder.answers.back().outcome, Outcome::success);
}

TEST_F(ServerTest, AnActionWhoseTurnNeverComesIsNotSent) {
  ServerTimings timings = quick();
  timings.useless_after = std::chrono::hours(1);
  timings.ping_period = std::chrono::hours(1);
  come_up(timings);
  ignored = {"Slow"};
  for (int i = 0; i < 512; ++i) ask("Slow");
  ask("Setvar");
  ASSERT_TRUE(serve_until([&] { return recorder.answers.size() == 1; }));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::not_sent);
}

TEST_F(ServerTest, AServerThatFlapsLogsAFewLinesAMinute) {
  begin();
  servers->add(config_of("a"));
  for (int round = 1; round <= 40; ++round) {
    ASSERT_TRUE(serve_until([&] { return recorder.ups == round; }));
    transport().last().lost({Loss::Kind::connection, "closed the connection"});
  }
  EXPECT_LE(log.count("is up") + log.count("is down"), 10U);
}

TEST_F(ServerTest, WaitsGrowUntilItWasUpForAWhile) {
  ServerTimings timings = quick();
  timings.first_retry = milliseconds(10), timings.last_retry = milliseconds(10'000);
  timings.steady = std::chrono::hours(1);
  begin(timings);
  servers->add(config_of("a"));
  const auto begun = std::chrono::steady_clock::now();
  for (int round = 1; round <= 6; ++round) {
    ASSERT_TRUE(serve_until([&] { return recorder.ups == round; }));
    transport().last().lost({Loss::Kind::connection, "closed the connection"});
  }
  // 5 + 10 + 20 + 40 + 80 ms at least: half of each whole wait.
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(150));
}

TEST_F(ServerTest, AReasonThatSaysMoreIsLoggedAndOneThatSaysLessIsNot) {
  begin();
  servers->add(config_of("a"));
  const auto lose_one = [&](const Loss& loss) {
    const std::size_t before = made_ == nullptr ? 0 : transport().wires();
    ASSERT_TRUE(run_until([&] { return made_ != nullptr && transport().wires() > before; }));
    transport().last().lost(loss);
  };
  lose_one({Loss::Kind::connection, "first reason"});
  lose_one({Loss::Kind::connection, "second reason"});
  lose_one({Loss::Kind::connection, "third reason", "Do this"});
  lose_one({Loss::Kind::refusal, "fourth reason"});
  lose_one({Loss::Kind::refusal, "fifth reason"});
  EXPECT_EQ(log.count("first reason (127.0.0.1 port 1); trying again at least every 0 s. Look there"), 1U)
      << log.text();
  EXPECT_EQ(log.count("second reason"), 0U);
  EXPECT_EQ(log.count("third reason"), 1U);
  EXPECT_EQ(log.count("error server 'Name of a' [a] cannot be used: fourth reason"), 1U) << log.text();
  EXPECT_EQ(log.count("fifth reason"), 0U);
}

TEST_F(ServerTest, RemembersWhyItWentDownUntilAnAttemptSaysMore) {
  come_up();
  EXPECT_FALSE(server().last_loss());
  transport().last().lost({Loss::Kind::connection, "closed the connection"});
  ASSERT_TRUE(run_until([&] { return transport().wires() == 2; }));
  transport().last().lost({Loss::Kind::connection, "nothing answers at its address"});
  ASSERT_TRUE(server().last_loss());
  EXPECT_EQ(server().last_loss()->why, "closed the connection") << "an attempt that fails is no news";
  EXPECT_EQ(server().last_loss()->at, server().since());
  ASSERT_TRUE(run_until([&] { return transport().wires() == 3; }));
  transport().last().lost({Loss::Kind::refusal, "the login was refused"});
  EXPECT_EQ(server().last_loss()->why, "the login was refused");
}

TEST_F(ServerTest, ThatWasNeverUpSaysWhyItsLastAttemptFailed) {
  begin();
  servers->add(config_of("a"));
  for (const std::string why : {"nothing answers at its address", "it does not answer a Ping"}) {
    ASSERT_TRUE(run_until([&] { return made_ != nullptr && transport().wires() > 0 && transport().last().is_open(); }));
    transport().last().lost({Loss::Kind::connection, why});
    ASSERT_TRUE(server().last_loss());
    EXPECT_EQ(server().last_loss()->why, why);
  }
}

TEST_F(ServerTest, PingsAloneShowHowFastItAnswers) {
  come_up();
  EXPECT_EQ(server().requests().window(), transport().fake_traits.window);
  ASSERT_TRUE(server().requests().latency().quantiles());
  EXPECT_LT(server().requests().latency().quantiles()->p99, long_time);
}

TEST_F(ServerTest, AWireThatCannotStartIsTriedAgainLater) {
  begin();
  servers->add(config_of("a"));
  ASSERT_TRUE(run_until([&] { return made_ != nullptr && transport().wires() == 1; }));
  transport().cannot_connect["127.0.0.1"] = "the file with its certificates cannot be read";
  transport().last().lost({Loss::Kind::connection, "closed the connection"});
  ASSERT_TRUE(run_until([&] { return log.count("the file with its certificates cannot be read") == 1; }));
  transport().cannot_connect.clear();
  ASSERT_TRUE(serve_until([&] { return recorder.ups == 1; }));
}

TEST_F(ServerTest, TheLogSaysWhereTheAttemptStopped) {
  ServerTimings timings = quick();
  timings.attempt = milliseconds(10);
  begin(timings);
  servers->add(config_of("a"));
  ASSERT_TRUE(run_until([&] { return log.count("nothing answers at its address") == 1; })) << log.text();
}

TEST_F(ServerTest, ANameThatDoesNotResolveIsReportedAndTriedAgain) {
  std::atomic<int> asked = 0;  // the look-up has a thread of its own
  begin(quick(), [&asked](const std::string& name) {
    ++asked;
    return Resolver::Found{{}, "its name '" + name + "' does not resolve (unknown)"};
  });
  servers->add(config_of("a", "pbx.example"));
  ASSERT_TRUE(run_until([&] { return asked > 2; }));
  EXPECT_EQ(log.count("its name 'pbx.example' does not resolve (unknown)"), 1U) << log.text();
  EXPECT_EQ(log.count("write the address as a number in addr"), 1U) << log.text();
}

TEST_F(ServerTest, AnUnansweredLookUpEndsTheAttemptAndCostsTheOthersNothing) {
  auto release = std::make_shared<std::promise<void>>();
  const std::shared_future<void> released = release->get_future().share();
  begin(quick(), [released](const std::string&) {
    released.wait();
    return Resolver::Found{{"127.0.0.1"}, {}};
  });
  servers->add(config_of("named", "pbx.example"));
  servers->add(config_of("numbered"));
  ASSERT_TRUE(serve_until([&] { return recorder.ups == 1; }));
  ASSERT_TRUE(serve_until([&] { return log.count("does not resolve: no name server answers") == 1; })) << log.text();
  EXPECT_TRUE(servers->is_up(1));
  release->set_value();
  ASSERT_TRUE(serve_until([&] { return servers->is_up(0); }));
}

TEST_F(ServerTest, TriesAllAddressesOfAName) {
  begin(quick(), [](const std::string&) { return Resolver::Found{{"::1", "127.0.0.1"}, {}}; });
  servers->add(config_of("a", "localhost"));
  ASSERT_TRUE(run_until([&] { return made_ != nullptr && transport().wires() == 1; }));
  EXPECT_EQ(transport().wire(0).address, "::1");
  transport().wire(0).lost({Loss::Kind::connection, "cannot be reached"});
  ASSERT_TRUE(run_until([&] { return transport().wires() == 2; }));
  EXPECT_EQ(transport().wire(1).address, "127.0.0.1");
  ASSERT_TRUE(serve_until([&] { return recorder.ups == 1; }));
  // The one that worked is tried first the next time.
  transport().wire(1).lost({Loss::Kind::connection, "closed the connection"});
  ASSERT_TRUE(run_until([&] { return transport().wires() == 3; }));
  EXPECT_EQ(transport().wire(2).address, "127.0.0.1");
}

TEST_F(ServerTest, ShowsItsTrafficOverNewConnectionsUntilItNeedNot) {
  come_up();
  EXPECT_FALSE(transport().last().shows_traffic);
  servers->show_traffic(0, true);
  EXPECT_TRUE(transport().last().shows_traffic);
  transport().last().tell([](WireListener& to) { to.on_traffic("<-", "Event: A"); });
  EXPECT_EQ(log.count("<- Event: A"), 1U);
  transport().last().lost({Loss::Kind::connection, "closed the connection"});
  servers->show_traffic(0, true);  // while there is no connection
  ASSERT_TRUE(serve_until([&] { return recorder.ups == 2; }));
  EXPECT_EQ(transport().wires(), 2U);
  EXPECT_TRUE(transport().last().shows_traffic);
  servers->show_traffic(0, false);
  EXPECT_FALSE(transport().last().shows_traffic);
}

TEST_F(ServerTest, StoppedServersSayNothingMore) {
  come_up();
  ask("Setvar");
  servers->stop();
  EXPECT_EQ(recorder.downs, 1);
  ASSERT_EQ(recorder.answers.size(), 1U);
  const std::size_t wires = transport().wires();
  int ticks = 0;
  ASSERT_TRUE(run_until([&] { return ++ticks > 50; }));
  EXPECT_EQ(transport().wires(), wires);
}

}  // namespace
}  // namespace amibroker::link
