// SPDX-License-Identifier: Apache-2.0
//
// What every wire must do, whatever is spoken on it. A test program includes this once and instantiates WireConformance
// with a peer for each kind of wire.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/wire_log.hpp"
#include "tests/unit/link/wire_peer.hpp"

namespace amibroker::link {

struct WireKind {
  const char* name;
  std::unique_ptr<WirePeer> (*make_peer)(base::EventLoop& loop);
};
inline void PrintTo(const WireKind& kind, std::ostream* out) { *out << kind.name; }

class WireConformance : public base::LoopTest, public ::testing::WithParamInterface<WireKind> {
 protected:
  ~WireConformance() override { drop(); }

  void connect(const Interest& interest = {.all = true}, bool trace = false) {
    ServerConfig config = peer->config();
    config.trace = trace;
    wire = transport->connect(config, "127.0.0.1", interest, log);
    log.flush = [this] {
      loop.post([this] {
        if (wire) wire->flush();
      });
    };
  }
  void connect_and_be_ready(const Interest& interest = {.all = true}) {
    connect(interest);
    ASSERT_TRUE(run_until([&] { return log.count("ready") == 1; }));
  }
  /// Sends an action; its ActionID is the result. `flush` sends what was taken.
  std::uint64_t send(const std::string& name) {
    EXPECT_TRUE(wire->send(*transport->encode(Action(name), ++last_id)));
    return last_id;
  }
  /// The same, if the wire may be closed by it.
  void offer(const std::string& name) { (void)wire->send(*transport->encode(Action(name), ++last_id)); }
  std::uint64_t ask(const std::string& name) {
    const auto id = send(name);
    wire->flush();
    return id;
  }
  [[nodiscard]] bool arrived(std::size_t actions) {
    return run_until([&] { return peer->actions.size() >= actions; });
  }
  /// Long enough for what is under way to arrive.
  void run_for(std::chrono::milliseconds time) {
    bool over = false;
    loop.after(time, [&] { over = true; });
    ASSERT_TRUE(run_until([&] { return over; }));
  }
  void drop() {
    if (wire) wire->close();
    wire.reset();
  }

  std::unique_ptr<WirePeer> peer = GetParam().make_peer(loop);
  std::unique_ptr<Transport> transport = peer->make_transport(loop);
  WireLog log;
  std::unique_ptr<Wire> wire;
  std::uint64_t last_id = 0;
};

// --- Its life -------------------------------------------------------------------------------------------------

TEST_P(WireConformance, IsConnectedAndThenReadyEachOnce) {
  connect_and_be_ready();
  run_for(std::chrono::milliseconds(20));
  EXPECT_THAT(log.calls, ::testing::ElementsAre("connected", "ready"));
}

TEST_P(WireConformance, CallsNobodyFromInsideItsConstructorSendFlushOrWant) {
  bool inside = true;
  log.on_call = [&](const std::string& call) { EXPECT_FALSE(inside) << call; };
  connect({.all = false, .names = {"UserEvent"}});
  inside = false;
  ASSERT_TRUE(run_until([&] { return log.count("ready") == 1; }));
  peer->event("UserEvent", "x");  // there may be something to read
  inside = true;
  send("Setvar");
  wire->flush();
  wire->want({.all = false, .names = {"Hangup", "UserEvent"}});
  wire->want({.all = true});
  inside = false;
  EXPECT_TRUE(arrived(1) || log.count("lost") == 1);
}

TEST_P(WireConformance, IsLostOnceWhenItsServerHangsUpAndSaysNothingAfterThat) {
  connect_and_be_ready();
  peer->hang_up();
  ASSERT_TRUE(run_until([&] { return log.count("lost") == 1; }));
  EXPECT_EQ(log.losses[0].kind, Loss::Kind::connection);
  EXPECT_NE(log.losses[0].why, "");
  run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(log.calls.back(), "lost");
  EXPECT_EQ(log.count("lost"), 1U);
  EXPECT_FALSE(wire->send(*transport->encode(Action("Setvar"), 1)));
}

TEST_P(WireConformance, MayBeDestroyedAtAnyTimeAndSaysNothingAfterThat) {
  for (int turns = 0; turns < 30; ++turns) {
    log.calls.clear();
    connect();
    if (turns > 15) {
      ASSERT_TRUE(run_until([&] { return log.count("ready") == 1; }));
      for (int i = 0; i < turns; ++i) send("Setvar");
      wire->flush();
      peer->event("Hangup", "x");
    }
    int left = turns % 15;
    ASSERT_TRUE(run_until([&] { return --left <= 0; }));
    drop();
    const std::size_t before = log.calls.size();
    run_for(std::chrono::milliseconds(2));
    EXPECT_EQ(log.calls.size(), before) << turns;
  }
}

TEST_P(WireConformance, ClosedFromInsideAnyCallItSaysNothingMore) {
  for (const std::string call : {"connected", "ready", "event", "answer", "progress", "bad", "traffic", "lost"}) {
    log = {};
    bool closed = false;
    log.on_call = [&](const std::string& now) {
      EXPECT_FALSE(closed) << now << " after the wire was closed in " << call;
      if (now != call) return;
      closed = true;
      wire->close();
    };
    peer->on_action = [&](const WirePeer::Action& action) {
      if (action.name == "List") return peer->answer_list(action, 20, 100);
      peer->answer(action, "done");
    };
    connect({.all = true}, call == "traffic");
    (void)run_until([&] { return closed || log.count("ready") == 1; });
    if (!closed) {
      for (int i = 0; i < 3; ++i) peer->bad(), peer->event("Hangup", "x");
      for (const char* const action : {"Setvar", "List", "Setvar", "List", "Setvar", "List"})
        if (!closed) offer(action);
      wire->flush();
      // Not every wire has a sign that an answer is on its way.
      (void)run_until([&] { return closed || log.answers.size() == 6; });
      if (!closed) peer->hang_up(), (void)run_until([&] { return closed || log.count("lost") == 1; });
    }
    EXPECT_TRUE(closed || call == "progress") << call;
    run_for(std::chrono::milliseconds(10));
    drop();
  }
}

TEST_P(WireConformance, AServerThatDiesWhileActionsAreSentIsLostOnce) {
  for (int i = 1; i < 20; ++i) {
    log = {};
    peer->actions.clear();
    connect_and_be_ready();
    const std::size_t dies_after = static_cast<std::size_t>(i) * 7;
    peer->on_action = [&, dies_after](const WirePeer::Action& action) {
      if (peer->actions.size() == dies_after) return peer->hang_up();
      peer->answer(action, "done");
    };
    for (int action = 0; action < 200; ++action) send("Setvar");
    wire->flush();
    ASSERT_TRUE(run_until([&] { return log.count("lost") == 1; })) << i;
    EXPECT_LE(log.answers.size(), dies_after);
    run_for(std::chrono::milliseconds(2));
    EXPECT_EQ(log.count("lost"), 1U);
    drop();
  }
}

// --- Actions and answers --------------------------------------------------------------------------------------

TEST_P(WireConformance, ActionsArriveInTheOrderInWhichTheyWereSent) {
  connect_and_be_ready();
  for (int i = 0; i < 100; ++i) send("Action-" + std::to_string(i));
  wire->flush();
  ASSERT_TRUE(arrived(100));
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(peer->actions[i].name, "Action-" + std::to_string(i));
}

TEST_P(WireConformance, AnAnswerSaysWhichActionItAnswers) {
  connect_and_be_ready();
  peer->on_action = [&](const WirePeer::Action& action) { peer->answer(action, "to " + action.name); };
  const auto first = ask("First");
  const auto second = ask("Second");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 2; }));
  EXPECT_EQ(log.answers[0].id, first);
  EXPECT_EQ(log.answers[0].text, "to First");
  EXPECT_EQ(log.answers[0].messages, 1U);
  EXPECT_EQ(log.answers[1].id, second);
  EXPECT_EQ(log.answers[1].text, "to Second");
}

TEST_P(WireConformance, AListIsOneAnswerHoweverLargeItIs) {
  connect_and_be_ready();
  std::size_t items = 2;
  peer->on_action = [&](const WirePeer::Action& action) { peer->answer_list(action, items, 100); };
  const auto small = ask("List");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 1; }));
  EXPECT_EQ(log.answers[0].id, small);
  EXPECT_EQ(log.answers[0].messages, 4U);
  EXPECT_EQ(log.answers[0].last, "ItemsComplete");
  items = 20'000;
  const auto large = ask("List");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 2; }));
  EXPECT_EQ(log.answers[1].id, large);
  EXPECT_EQ(log.answers[1].messages, 20'002U);
  EXPECT_TRUE(log.bad.empty());
}

TEST_P(WireConformance, ManyActionsUnderWayAreAllAnswered) {
  connect_and_be_ready();
  peer->on_action = [&](const WirePeer::Action& action) { peer->answer(action, "done"); };
  const std::size_t window = transport->traits().window;
  for (std::size_t i = 0; i < window; ++i) send("Setvar");
  wire->flush();
  ASSERT_TRUE(run_until([&] { return log.answers.size() == window; }));
  for (std::size_t i = 0; i < window; ++i) EXPECT_EQ(log.answers[i].id, i + 1);
}

// --- Events and bad input -------------------------------------------------------------------------------------

TEST_P(WireConformance, EventsComeInOrderWithTheirHeaders) {
  connect_and_be_ready();
  for (int i = 0; i < 50; ++i) peer->event(i % 2 == 0 ? "Hangup" : "Newstate", std::to_string(i));
  ASSERT_TRUE(run_until([&] { return log.events.size() == 50; }));
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(log.events[i], i % 2 == 0 ? "Hangup" : "Newstate");
    EXPECT_EQ(log.values[i], std::to_string(i));
  }
}

TEST_P(WireConformance, ShowsItsTrafficWhileThatIsWantedAndAsksForNothingMore) {
  connect_and_be_ready({.all = false, .names = {"UserEvent"}});
  peer->on_action = [&](const WirePeer::Action& action) { peer->answer(action, "done"); };
  ask("First");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 1; }));
  EXPECT_TRUE(log.traffic.empty());
  wire->show_traffic(true);
  ask("Second");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 2; }));
  EXPECT_THAT(log.traffic, ::testing::ElementsAre(::testing::HasSubstr("Second"), ::testing::HasSubstr("done")));
  wire->show_traffic(false);
  ask("Third");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 3; }));
  EXPECT_EQ(log.traffic.size(), 2U);
  EXPECT_EQ(log.count("lost"), 0U);
}

TEST_P(WireConformance, ShowsItsTrafficAlwaysIfTheConfigurationSaysSo) {
  connect({.all = true}, true);
  ASSERT_TRUE(run_until([&] { return log.count("ready") == 1; }));
  wire->show_traffic(false);
  log.traffic.clear();
  ask("Ping");
  ASSERT_TRUE(arrived(1));
  EXPECT_FALSE(log.traffic.empty());
}

TEST_P(WireConformance, BadInputIsDroppedAlone) {
  connect_and_be_ready();
  for (int i = 0; i < 5; ++i) {
    peer->bad();
    peer->event("Hangup", std::to_string(i));
  }
  ASSERT_TRUE(run_until([&] { return log.events.size() == 5; }));
  EXPECT_EQ(log.bad.size(), 5U);
  EXPECT_EQ(log.count("lost"), 0U);
  EXPECT_EQ(log.values[4], "4");
}

TEST_P(WireConformance, WhatIsWantedMayChangeBeforeAndAfterItIsReady) {
  connect({.all = false, .names = {"UserEvent"}});
  wire->want({.all = false, .names = {"Hangup"}});
  ASSERT_TRUE(run_until([&] { return log.count("ready") == 1; }));
  peer->event("Hangup", "1");
  ASSERT_TRUE(run_until([&] { return log.events.size() == 1; }));
  wire->want({.all = false, .names = {"Hangup", "Newstate"}});
  wire->flush();
  peer->on_action = [&](const WirePeer::Action& action) { peer->answer(action, "done"); };
  ask("Setvar");  // once this is answered, the server knows
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 1; }));
  peer->event("Newstate", "2");
  ASSERT_TRUE(run_until([&] { return log.events.size() == 2; }));
  EXPECT_EQ(log.count("lost"), 0U);
}

TEST_P(WireConformance, WantingEverythingGivesEverythingOrANewWire) {
  connect_and_be_ready({.all = false, .names = {"UserEvent"}});
  wire->want({.all = true});
  EXPECT_EQ(log.count("lost"), 0U) << "from inside the call";
  wire->flush();
  run_for(std::chrono::milliseconds(20));
  if (log.count("lost") == 1) {
    EXPECT_EQ(log.losses[0].kind, Loss::Kind::own_choice);
    return;
  }
  peer->event("SomethingElse", "1");
  EXPECT_TRUE(run_until([&] { return log.events.size() == 1; }));
}

TEST_P(WireConformance, HostileBytesHarmNobody) {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    log = {};
    connect_and_be_ready();
    std::minstd_rand random(seed);
    std::string bytes;
    for (std::size_t i = 0, size = 1 + random() % 20'000; i < size; ++i) {
      constexpr std::string_view likely = "\r\n\r\n:{}[]\"Event: Response: ActionID: 1EventList: start";
      const auto pick = random();
      bytes += pick % 2 == 0 ? likely[(pick >> 8U) % likely.size()] : static_cast<char>(pick >> 8U);
    }
    peer->hostile(bytes);
    ask("Setvar");
    run_for(std::chrono::milliseconds(5));
    EXPECT_LE(log.count("lost"), 1U);
    drop();
  }
  log = {};
  connect_and_be_ready();  // the transport is as good as before
}

}  // namespace amibroker::link
