// SPDX-License-Identifier: Apache-2.0
//
// What a server does when the module or the network misbehaves.
#include <stdexcept>

#include "core/link/zmq/connection.hpp"
#include "tests/unit/link/zmq/peer.hpp"

namespace amibroker::link::zeromq {
namespace {

using std::chrono::milliseconds;

class ZmqFaults : public ZmqTest {
 protected:
  /// Does not answer Setvar, but keeps it in `held`.
  void hold_setvar() {
    peer.on_request = [&](const ZmqPeer::Request& r) { r.action == "Setvar" ? held.push_back(r) : peer.succeed(r); };
  }
  [[nodiscard]] bool still_works() {
    const auto before = recorder.names.size();
    peer.publish(R"({"Event":"Good"})");
    return run_until([&] { return recorder.names.size() > before && recorder.names.back() == "Good"; });
  }
  std::vector<ZmqPeer::Request> held;
};

TEST_F(ZmqFaults, EachBadEventIsDroppedAlone) {
  start_and_come_up();
  const std::vector<std::string> bad{"",
                                     "not json",
                                     R"({"Event":"A)",
                                     R"({"Privilege":"no event"})",
                                     R"([{"Event":"A"}])",
                                     R"({"Event":{"nested":"x"}})",
                                     R"({"Event":null})",
                                     R"({"Event":""})",
                                     std::string("{\"\xff\":\"x\",\"Event\":\"A\"}"),
                                     R"({"Event":"Big","V":")" + std::string(1024 * 1024, 'x') + R"("})"};
  for (const std::string& frame : bad) peer.publish(frame);
  peer.publish(R"({"Event":"First"})", true);
  peer.publish(R"({"Event":"SecondHalf"})");
  EXPECT_TRUE(still_works());
  EXPECT_EQ(server->counters().bad_frames, bad.size() + 1);
  EXPECT_EQ(recorder.names.size(), 1U);
}

TEST_F(ZmqFaults, AnEventThatIsBadAfterItsNameIsCountedWhenSomebodyWantsIt) {
  start_and_come_up();
  peer.publish(R"({"Event":"A","X":{"nested":"x"}})");
  peer.publish("{\"Event\":\"A\",\"X\":\"\xff\"}");
  EXPECT_TRUE(still_works());
  EXPECT_EQ(recorder.unreadable, 2);
  EXPECT_EQ(server->counters().bad_frames, 2U);
}

TEST_F(ZmqFaults, ALateReplyIsDroppedAndItsActionEndedAsUnknown) {
  hold_setvar();
  start_and_come_up();
  ask("Setvar", milliseconds(50));
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 1; }));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  peer.succeed(held.at(0));
  ASSERT_TRUE(run_until([&] { return server->counters().late_replies == 1; }));
  EXPECT_EQ(recorder.answers.size(), 1U);
}

TEST_F(ZmqFaults, ALateErrorWithoutActionIdDoesNotHitTheNextAction) {
  hold_setvar();
  start_and_come_up({.ping_period = std::chrono::hours(1)});
  ask("Setvar", milliseconds(50));
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 1; }));
  ask("Setvar");
  ASSERT_TRUE(run_until([&] { return held.size() == 2; }));
  peer.reply(held[0], R"([{"Response":"Error"},{"Message":"Internal error."}])");
  peer.succeed(held[1]);
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 2; }));
  EXPECT_EQ(recorder.answers[1].outcome, Outcome::success);
}

TEST_F(ZmqFaults, AReplyForAnotherActionIsDropped) {
  hold_setvar();
  start_and_come_up();
  ask();
  ASSERT_TRUE(run_until([&] { return held.size() == 1; }));
  peer.reply(held[0], R"([{"Response":"Success","ActionID":"99999"}])");
  peer.reply(held[0], R"([{"Response":"Success","ActionID":"abc"}])");
  peer.succeed(held[0]);
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 1; }));
  EXPECT_EQ(server->counters().stray_replies, 2U);
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::success);
}

TEST_F(ZmqFaults, AMissingReplyCountsAsLostWhenALaterOneComes) {
  hold_setvar();
  start_and_come_up();
  ask("Setvar"), ask("Setvar");
  ASSERT_TRUE(run_until([&] { return held.size() == 2; }));
  peer.succeed(held[1]);
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 2; }));
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  EXPECT_EQ(recorder.answers[1].outcome, Outcome::success);
  EXPECT_EQ(server->counters().lost_replies, 1U);
}

TEST_F(ZmqFaults, BadRepliesAreDroppedAloneAndTheRightOneStillCounts) {
  hold_setvar();
  start_and_come_up();
  ask();
  ASSERT_TRUE(run_until([&] { return held.size() == 1; }));
  peer.send_frames(held[0], {"", "not json"});
  peer.send_frames(held[0], {R"([{"Response":"Success"}])"});
  peer.send_frames(held[0], {"", R"([{"Response":"Success"}])", "more"});
  peer.send_frames(held[0], {"", "{}"});
  peer.send_frames(held[0], {""});
  peer.succeed(held[0]);
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 1; }));
  EXPECT_EQ(server->counters().bad_frames, 5U);
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::success);
}

TEST_F(ZmqFaults, AServerThatGoesIsDownAndComesBack) {
  hold_setvar();
  start_and_come_up({.first_retry = milliseconds(5), .last_retry = milliseconds(20)});
  ask();
  ASSERT_TRUE(run_until([&] { return held.size() == 1; }));
  peer.close();
  ASSERT_TRUE(run_until([&] { return recorder.downs == 1; }));
  ASSERT_EQ(recorder.answers.size(), 1U);
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  ask();
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 2; }));
  EXPECT_EQ(recorder.answers[1].outcome, Outcome::not_sent);
  held.clear();
  peer.open(peer.command_address, peer.event_address);
  ASSERT_TRUE(run_until([&] { return recorder.ups == 2 && peer.topics == everything; }));
  EXPECT_TRUE(held.empty()) << "an old action ran later";
  EXPECT_TRUE(still_works());
}

TEST_F(ZmqFaults, WhatAServerPublishedWhileItWasOutOfReachIsNoLossOfEvents) {
  start_and_come_up({.first_retry = milliseconds(5), .last_retry = milliseconds(20)});
  peer.publish(R"({"Event":"A","ZmqSequence":"1"})");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 1; }));
  peer.close();
  ASSERT_TRUE(run_until([&] { return recorder.downs == 1; }));
  peer.open(peer.command_address, peer.event_address);
  ASSERT_TRUE(run_until([&] { return recorder.ups == 2 && peer.topics == everything; }));
  peer.publish(R"({"Event":"B","ZmqSequence":"900"})");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 2; }));
  EXPECT_TRUE(still_works());
  EXPECT_TRUE(recorder.losses.empty()) << "on_server_up says it already";
}

TEST_F(ZmqFaults, AServerThatIsNotThereAtTheStartIsConnectedLater) {
  const std::string commands = peer.command_address;
  const std::string events = peer.event_address;
  peer.close();
  start({.first_retry = milliseconds(5), .last_retry = milliseconds(20)});
  int tries = 0;
  ASSERT_TRUE(run_until([&] { return ++tries > 100; }));
  EXPECT_EQ(recorder.ups, 0);
  EXPECT_EQ(recorder.downs, 0) << "down is only told after up";
  peer.open(commands, events);
  EXPECT_TRUE(run_until([&] { return recorder.ups == 1; }));
}

TEST_F(ZmqFaults, AServerThatAcceptsAndSaysNothingNeverComesUp) {
  peer.on_request = [](const ZmqPeer::Request&) {};
  start({.attempt = milliseconds(50), .first_retry = milliseconds(1), .last_retry = milliseconds(1)});
  ASSERT_TRUE(run_until([&] { return peer.topics == everything; }));
  int ticks = 0;
  ASSERT_TRUE(run_until([&] { return ++ticks > 200; }));
  EXPECT_EQ(recorder.ups, 0);
}

TEST_F(ZmqFaults, APingAnswerWithoutOurActionIdIsNoProofOfAsterisk) {
  peer.on_request = [&](const ZmqPeer::Request& r) { peer.reply(r, R"([{"Response":"Success","Ping":"Pong"}])"); };
  start({.attempt = milliseconds(50), .first_retry = milliseconds(1), .last_retry = milliseconds(1)});
  int ticks = 0;
  ASSERT_TRUE(run_until([&] { return ++ticks > 200; }));
  EXPECT_EQ(recorder.ups, 0);
}

TEST_F(ZmqFaults, AServerThatFallsSilentIsDown) {
  start_and_come_up({.ping_period = milliseconds(20), .ping_timeout = milliseconds(100)});
  peer.on_request = [](const ZmqPeer::Request&) {};
  EXPECT_TRUE(run_until([&] { return recorder.downs == 1; }));
}

TEST_F(ZmqFaults, ASlowServerThatStillAnswersStaysUp) {
  std::deque<ZmqPeer::Request> queue;
  peer.on_request = [&](const ZmqPeer::Request& r) { queue.push_back(r); };
  const auto slow = loop.every(milliseconds(10), [&] {
    if (queue.empty()) return;
    peer.succeed(queue.front());
    queue.pop_front();
  });
  start_and_come_up({.ping_period = milliseconds(20), .ping_timeout = milliseconds(300)});
  constexpr std::size_t actions = 64;
  for (std::size_t i = 0; i < actions; ++i) ask();  // a Ping waits for them for 640 ms
  EXPECT_TRUE(run_until([&] { return recorder.answers.size() == actions; }));
  EXPECT_EQ(recorder.downs, 0);
  loop.cancel(slow);
}

TEST_F(ZmqFaults, PortsInTheWrongOrderNeverComeUpAndDoNotEndTheAttempts) {
  start(config_of(port_of(peer.event_address), port_of(peer.command_address)),
        {.attempt = milliseconds(50), .first_retry = milliseconds(1), .last_retry = milliseconds(5)});
  int ticks = 0;
  ASSERT_TRUE(run_until([&] { return ++ticks > 200; }));
  EXPECT_EQ(recorder.ups, 0);
}

TEST_F(ZmqFaults, AnAttemptWithTooFewSocketsLeavesNothingBehind) {
  ::zmq::context_t context;
  context.set(::zmq::ctxopt::max_sockets, 3);
  SocketSet sockets;
  ZmqAccess access;
  access.cmd_port = port_of(peer.command_address), access.evt_port = port_of(peer.event_address);
  for (int attempt = 0; attempt < 20; ++attempt)
    EXPECT_THROW(Connection(context, sockets, "127.0.0.1", access, {}), std::runtime_error) << attempt;
  EXPECT_FALSE(sockets.turn()) << "a socket is still attached";
  const auto is_free = [&] {
    try {
      const ::zmq::socket_t free(context, ZMQ_PAIR);
      return true;
    } catch (const ::zmq::error_t&) {
      return false;
    }
  };
  EXPECT_TRUE(run_until(is_free)) << "the sockets of the failed attempts are still open";  // libzmq closes them later
}

}  // namespace
}  // namespace amibroker::link::zeromq
