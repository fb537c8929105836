// SPDX-License-Identifier: Apache-2.0
//
// What a server does over a wire that behaves.

#include "tests/unit/link/zmq/peer.hpp"

namespace amibroker::link::zeromq {
namespace {

using std::chrono::milliseconds;

TEST_F(ZmqTest, ComesUpOnceAPingWasAnswered) {
  start();
  EXPECT_FALSE(server->up());
  EXPECT_TRUE(run_until([&] { return recorder.ups == 1; }));
  EXPECT_TRUE(server->up());
  EXPECT_EQ(server->counters().connects, 1U);
}

TEST_F(ZmqTest, CarriesAnActionAndItsAnswer) {
  start_and_come_up();
  Action action("Setvar");
  action.add("Variable", "DEVICE_STATE(Custom:x)").add("Value", "INUSE");
  bool done = false;
  server->request(action, long_time, 7, [&](const Reply& reply) { done = reply.ok(); });
  EXPECT_TRUE(recorder.answers.empty()) << "answered from inside the request";
  ASSERT_TRUE(run_until([&] { return done; }));
  ASSERT_EQ(peer.requests.size(), 1U);
  EXPECT_NE(peer.requests[0].json.find(R"("Value":"INUSE")"), std::string::npos);
  EXPECT_EQ(recorder.answers[0].owner, 7U);
}

TEST_F(ZmqTest, AListComesWhole) {
  peer.on_request = [&](const ZmqPeer::Request& r) {
    if (r.action != "DeviceStateList") return peer.succeed(r);
    peer.reply(r, R"([{"Response":"Success","ActionID":")" + r.id +
                      R"(","EventList":"start","Message":"follows"},)"
                      R"({"Event":"DeviceStateChange","Device":"A"},{"EventList":"Complete","ListItems":"1"}])");
  };
  start_and_come_up();
  ask("DeviceStateList");
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 1; }));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::success);
  EXPECT_EQ(recorder.answers[0].messages, 3U);
  EXPECT_EQ(recorder.answers[0].text, "follows");
}

TEST_F(ZmqTest, ErrorsOfBothModulesAreErrorsWithTheirText) {
  peer.on_request = [&](const ZmqPeer::Request& r) {
    if (r.action == "Setvar") return peer.reply(r, R"([{"Response":"Error"},{"Message":"Internal error."}])");
    if (r.action == "Reload")
      return peer.reply(r, R"([{"Response":"Error","ActionID":")" + r.id + R"(","Message":"No"}])");
    peer.succeed(r);
  };
  start_and_come_up();
  ask("Setvar"), ask("Reload"), ask("Other");
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 3; }));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::error);
  EXPECT_EQ(recorder.answers[0].text, "Internal error.");
  EXPECT_EQ(recorder.answers[1].outcome, Outcome::error);
  EXPECT_EQ(recorder.answers[1].text, "No");
  EXPECT_EQ(recorder.answers[2].outcome, Outcome::success);
}

TEST_F(ZmqTest, DeliversEventsWithTheirNames) {
  start_and_come_up();
  peer.publish(R"({"Event":"Hangup","Channel":"x"})");
  peer.publish(R"({"Privilege":"call","Event":"Late"})");
  peer.publish(R"({"Event": "LoadZmq"})");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 3; }));
  EXPECT_EQ(recorder.names, (std::vector<std::string>{"Hangup", "Late", "LoadZmq"}));
}

TEST_F(ZmqTest, AHoleInTheNumbersIsReportedOnceForAllThatCameTogether) {
  start_and_come_up();
  for (const char* number : {"10", "11", "14", "20"})
    peer.publish(std::string(R"({"Event":"Hangup","ZmqSequence":")") + number + "\"}");
  ASSERT_TRUE(run_until([&] { return server->counters().lost_events == 7; })) << server->counters().lost_events;
  std::uint64_t told = 0;
  for (const std::uint64_t count : recorder.losses) told += count;
  EXPECT_EQ(told, 7U);
  EXPECT_EQ(recorder.names.size(), 4U);
}

TEST_F(ZmqTest, NumbersThatStartOverOnOneConnectionAreALossOfUnknownSize) {
  start_and_come_up();
  for (const char* number : {"500", "1", "2"})
    peer.publish(std::string(R"({"Event":"Hangup","ZmqSequence":")") + number + "\"}");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 3 && !recorder.losses.empty(); }));
  EXPECT_EQ(recorder.losses, std::vector<std::uint64_t>{0});
  EXPECT_EQ(server->counters().lost_events, 0U);
}

TEST_F(ZmqTest, EventsWithoutNumbersAreNoLoss) {
  start_and_come_up();
  peer.publish(R"({"Event":"Hangup","ZmqSequence":"5"})");
  peer.publish(R"({"Event":"Hangup"})");
  peer.publish(R"({"Event":"Hangup","ZmqSequence":"6"})");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 3; }));
  EXPECT_TRUE(recorder.losses.empty());
}

TEST_F(ZmqTest, AnEventThatIsDroppedForItsSizeIsNotMissingAsWell) {
  start_and_come_up();
  peer.publish(R"({"Event":"Hangup","ZmqSequence":"5"})");
  peer.publish(R"({"Event":"Big","V":")" + std::string(1024 * 1024, 'x') + R"(","ZmqSequence":"6"})");
  peer.publish(R"({"Event":"Hangup","ZmqSequence":"7"})");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 2; }));
  EXPECT_EQ(server->counters().bad_frames, 1U);
  EXPECT_TRUE(recorder.losses.empty());
}

TEST_F(ZmqTest, KnowsSinceWhenItIsUpOrDown) {
  start();
  const auto started = server->since();
  EXPECT_GT(started, std::chrono::steady_clock::time_point{});
  ASSERT_TRUE(run_until([&] { return server->up(); }));
  const auto came_up = server->since();
  EXPECT_GE(came_up, started);
  ASSERT_TRUE(run_until([&] { return loop.now() > came_up; }));
  server->stop();
  EXPECT_GT(server->since(), came_up);
}

TEST_F(ZmqTest, NoMoreThanTheWindowIsUnderWayAndTheRestFollowsInOrder) {
  std::vector<ZmqPeer::Request> held;
  bool hold = false;
  peer.on_request = [&](const ZmqPeer::Request& r) { hold ? held.push_back(r) : peer.succeed(r); };
  start_and_come_up({.ping_period = std::chrono::hours(1)});
  ASSERT_TRUE(run_until([&] { return server->counters().replies == 2; })) << "Ping and CoreSettings";
  hold = true;
  constexpr std::size_t actions = 3 * window;
  for (std::size_t i = 0; i < actions; ++i) ask("A" + std::to_string(i));
  ASSERT_TRUE(run_until([&] { return held.size() == window; }));
  std::size_t answered = 0;
  while (answered < actions) {
    ASSERT_LE(held.size() - answered, window);
    peer.succeed(held[answered++]);
    const std::size_t expected = std::min(actions, answered + window);
    ASSERT_TRUE(run_until([&] { return recorder.answers.size() == answered && held.size() == expected; }));
  }
  for (std::size_t i = 0; i < actions; ++i) EXPECT_EQ(held[i].action, "A" + std::to_string(i));
}

TEST_F(ZmqTest, AFullQueueIsReportedAtOnceAndLosesNothingElse) {
  peer.on_request = [&](const ZmqPeer::Request& r) {
    if (r.action == "Ping" || r.action == "CoreSettings") peer.succeed(r);
  };
  start_and_come_up({.ping_period = std::chrono::hours(1)});
  ASSERT_TRUE(run_until([&] { return server->counters().replies == 2; })) << "Ping and CoreSettings";
  for (std::size_t i = 0; i < Requests::queue_limit + 5; ++i) ask();
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 5 && peer.requests.size() == window; }));
  for (const auto& answer : recorder.answers) EXPECT_EQ(answer.outcome, Outcome::not_sent);
  server->stop();
  std::size_t unknown = 0;
  for (const auto& answer : recorder.answers) unknown += answer.outcome == Outcome::unknown;
  EXPECT_EQ(recorder.answers.size(), Requests::queue_limit + 5);
  EXPECT_EQ(unknown, window) << "those that were sent";
}

TEST_F(ZmqTest, RefusesWhatWouldHurtAsterisk) {
  start_and_come_up();
  ask("GetVar"), ask("hangup");
  Action injected("Setvar");
  injected.add("Value", "x\r\nAction: Command");
  server->request(injected, long_time, 3, nullptr);
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 3; }));
  for (const auto& answer : recorder.answers) EXPECT_EQ(answer.outcome, Outcome::refused) << answer.text;
  EXPECT_TRUE(peer.requests.empty());
}

TEST_F(ZmqTest, AStoppedServerEndsWhatWasUnderWay) {
  peer.on_request = [&](const ZmqPeer::Request& r) {
    if (r.action != "Setvar") peer.succeed(r);
  };
  start_and_come_up();
  ask();
  ASSERT_TRUE(run_until([&] { return peer.requests.size() == 1; }));
  server->stop();
  ASSERT_EQ(recorder.answers.size(), 1U);
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  EXPECT_EQ(recorder.downs, 1);
}

TEST_F(ZmqTest, EventsAndActionsAtOnceNeverStallEvenWithNoOtherWakeUp) {
  // No tick, no Ping: only the sockets themselves can wake the loop.
  const std::chrono::hours never(1);
  start_and_come_up({.tick = never, .ping_period = never});
  constexpr std::size_t rounds = 20'000;
  std::size_t answered = 0;
  std::function<void(const Reply&)> next = [&](const Reply&) {
    if (++answered == rounds) return loop.stop();
    peer.publish(R"({"Event":"Hangup"})");
    server->request(Action("Ping2"), long_time, 3, next);
  };
  for (int i = 0; i < 16; ++i) server->request(Action("Ping2"), long_time, 3, next);
  const auto limit = loop.after(std::chrono::seconds(30), [&] { loop.stop(); });
  loop.run();
  loop.cancel(limit);
  EXPECT_GE(answered, rounds);
  EXPECT_GT(recorder.names.size(), rounds / 2);
}

}  // namespace
}  // namespace amibroker::link::zeromq
