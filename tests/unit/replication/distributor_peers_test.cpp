// SPDX-License-Identifier: Apache-2.0
//
// What the Distributor makes of other brokers on its servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/replication/distribution.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::MessageBuilder;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Three servers that are up and were read; no regular snapshots. Another broker is there if a test says so.
class OtherBrokers : public ::testing::Test, public Distributed {
 protected:
  OtherBrokers() : Distributed({"One", "Two", "Three"}) {
    host.option_values.set("resync_interval", "0");
    start();
    for (ServerId server = 0; server < 3; ++server) up(server);
    for (const testing::Request& request : host.requests)
      if (request.action.name() == "UserEvent" && fleet.empty()) fleet = request.header("Fleet");
    read();
    pause();
  }

  /// A mark of the other broker, which began before this one or after it.
  void mark(ServerId server, bool leads, bool older = true, std::string_view of_fleet = {}, bool fence = false,
            std::string_view section = {}) {
    MessageBuilder event("UserEvent");
    event.add("UserEvent", "zmq-ami-broker")
        .add("Mark", (older ? "test_state-1.a-" : "test_state-99000000000000000.a-") + std::to_string(++number))
        .add("Fleet", of_fleet.empty() ? fleet : std::string(of_fleet))
        .add("Section", section.empty() ? std::string(host.servers()[server].section) : std::string(section))
        .add("Reach", "3")
        .add("Leads", leads ? "yes" : "no");
    if (fence) event.add("Fence", "test_state-1.a-1");
    this->event(server, event.message());
  }
  void marks(bool leads) {
    for (ServerId server = 0; server < 3; ++server) mark(server, leads);
  }
  /// Marks that were asked for of the servers; they are published, if `heard`.
  std::size_t take_marks(bool heard = true) {
    std::size_t count = 0;
    for (const testing::Request& request : take_reading(host)) {
      if (request.action.name() != "UserEvent") continue;
      ++count;
      if (!heard) continue;
      MessageBuilder event("UserEvent");
      for (std::size_t i = 0; i < request.action.size(); ++i)
        event.add(request.action[i].name, request.action[i].value);
      this->event(request.server, event.message());
    }
    return count;
  }
  /// Time with a mark of the other one every second, as long as it `lives`.
  void pass(seconds time, bool lives) {
    for (int step = 0; step < 4 * time.count(); ++step) {
      if (lives && step % 4 == 0) marks(true);
      host.clock.advance(Peers::tick_period);
      take_marks();
    }
  }
  std::vector<std::string> writes() const {
    std::vector<std::string> texts;
    for (const testing::Request& request : host.requests)
      if (request.action.name() == "Setvar")
        texts.push_back(std::to_string(request.server + 1) + ": " + std::string(request.header("Variable")) + " = " +
                        std::string(request.header("Value")));
    return texts;
  }

  std::string fleet;  ///< what this one says of its own
  int number = 0;
};

TEST_F(OtherBrokers, AChangeOfTheFleetIsToldToOthersOnceForAllServers) {
  for (ServerId server = 0; server < 3; ++server) distributor->server_changed(server, false);
  EXPECT_EQ(take_marks(), 0U);
  host.clock.advance(Distributor::announce_after);
  EXPECT_EQ(take_marks(), 3U);
}

TEST_F(OtherBrokers, ChangesOfTheLeadHaveFewLinesAMinute) {
  for (int second = 0; second < 120; ++second) {
    marks(second % 8 < 4);  // silent as a leader for some seconds, again and again
    host.clock.advance(seconds(1));
    take_marks();
  }
  EXPECT_LE(host.logged(Level::info, "which another broker writes to"), 9U);
  EXPECT_GE(host.logged(Level::info, "which another broker writes to"), 2U);
}

TEST_F(OtherBrokers, ABrokerThatIsAloneSendsNoMarks) {
  host.clock.advance(seconds(30));
  EXPECT_THAT(host.requests, IsEmpty());
}

TEST_F(OtherBrokers, BesideALeaderNothingIsWritten) {
  marks(true);
  device(0, "PJSIP/1", "INUSE");
  pass(seconds(10), true);
  EXPECT_THAT(writes(), IsEmpty());
  EXPECT_EQ(host.logged(Level::info, "another broker has the same servers"), 1U);
  EXPECT_EQ(host.logged(Level::info, "stands by on 3 servers, which"), 1U);
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(OtherBrokers, AYoungerOneIsToldAtOnceWhoLeads) {
  mark(1, true, false);
  EXPECT_EQ(take_marks(), 1U);
  device(0, "PJSIP/1", "INUSE");
  EXPECT_THAT(writes(), SizeIs(2));
}

TEST_F(OtherBrokers, IfTheLeaderFallsSilentWhatItLeftUndoneIsWritten) {
  marks(true);
  device(0, "PJSIP/1", "INUSE");
  device(0, "PJSIP/2", "INUSE");
  distributor->shown_on(1, "Custom:PJSIP/1", distributor->value("INUSE"));
  pass(seconds(5), true);
  pass(seconds(3), false);
  EXPECT_THAT(writes(), Contains("2: STATE(Custom:PJSIP/2) = INUSE"));
  EXPECT_THAT(writes(), SizeIs(3)) << "server 2 shows PJSIP/1 already";
  pass(seconds(60), false);
  EXPECT_EQ(host.logged(Level::info, "writes to 3 servers from now on, as the broker that wrote there is silent"), 1U);
}

TEST_F(OtherBrokers, WhatADeadLeaderDidNotWriteHoldsNoWriteBack) {
  marks(true);
  for (int i = 0; i < 20; ++i) presence(0, "a", "x" + std::to_string(i));  // it writes none of them
  pass(seconds(3), false);
  EXPECT_THAT(writes(), ElementsAre("2: STATE(a) = x19", "3: STATE(a) = x19"));
}

TEST_F(OtherBrokers, AChangeToWhatTheLeaderWasExpectedToWriteLongAgoIsNews) {
  marks(true);
  presence(0, "a", "x");  // the leader knows that server 2 holds it already, and writes nothing there
  pass(seconds(2), true);
  presence(0, "a", "y");
  presence(1, "a", "y");
  presence(2, "a", "y");
  pass(seconds(10), true);
  presence(1, "a", "x");
  pass(seconds(3), false);
  EXPECT_THAT(writes(), ::testing::UnorderedElementsAre("1: STATE(a) = x", "3: STATE(a) = x"));
}

TEST_F(OtherBrokers, AfterATakeOverTheServersAreRead) {
  marks(true);
  pass(seconds(5), true);
  std::size_t lists = 0;
  for (int step = 0; step < 12; ++step) {
    host.clock.advance(Peers::tick_period);
    for (const testing::Request& request : host.requests) lists += request.action.name() == "TestStateList";
    take_marks();
  }
  EXPECT_EQ(lists, 3U);
}

TEST_F(OtherBrokers, MarksAreSentEverySecondWhileAnotherOneIsThere) {
  marks(true);
  take_marks();
  std::size_t sent = 0;
  for (int second = 0; second < 10; ++second) {
    marks(true);
    host.clock.advance(seconds(1));
    sent += take_marks();
  }
  EXPECT_EQ(sent, 30U);
}

TEST_F(OtherBrokers, ABrokerThatStoodStillLooksFirstWhetherItStillLeads) {
  mark(1, true, false);
  pass(seconds(2), false);
  take_marks();
  host.clock.stand_still(seconds(8));
  device(0, "PJSIP/1", "INUSE");
  EXPECT_THAT(writes(), ElementsAre("3: STATE(Custom:PJSIP/1) = INUSE")) << "no other one was seen on server 3";
}

TEST_F(OtherBrokers, WhatAnotherOneWritesIsNotCountedAsCorrected) {
  marks(true);
  device(0, "PJSIP/1", "INUSE");
  distributor->shown_on(1, "Custom:PJSIP/1", distributor->value("BUSY"));
  distributor->shown_on(1, "Custom:PJSIP/1", distributor->value("INUSE"));
  EXPECT_EQ(host.counter("corrected"), 0U);
  EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(OtherBrokers, OneWithOtherServersIsWarnedOfOnceAnHourAndBothWrite) {
  for (int second = 0; second < 3700; ++second) {
    mark(1, true, true, "feed");
    host.clock.advance(seconds(1));
  }
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2): another broker writes there as well (it was started at 1970"),
            2U);
  device(0, "PJSIP/1", "INUSE");
  EXPECT_THAT(writes(), SizeIs(2));
  EXPECT_EQ(take_marks(), 0U);
}

TEST_F(OtherBrokers, OneThatCallsTheServerOtherwiseIsNotTheSame) {
  mark(1, true, true, fleet, false, "elsewhere");
  EXPECT_EQ(host.logged(Level::warning, "another broker writes there as well"), 1U);
}

TEST_F(OtherBrokers, OneWithOtherServersIsAnsweredWhenItReadsAServer) {
  for (int i = 0; i < 1000; ++i) mark(1, true, true, "feed", true);
  EXPECT_EQ(take_marks(false), 1U) << "once a second";
  host.clock.advance(seconds(1));
  mark(1, true, true, "feed", true);
  EXPECT_EQ(take_marks(false), 1U);
  mark(1, true, true, "feed");
  EXPECT_EQ(take_marks(false), 0U);
}

TEST_F(OtherBrokers, WhatOneWithOtherServersKeepsIsNoOrphan) {
  host.clock.advance(Distributor::first_orphans);
  device(0, "PJSIP/9", "INUSE");  // so the technology is known
  mark(1, true, true, "feed");
  host.requests.clear();
  distributor->events_lost(1);
  read({{1, {held("Custom:PJSIP/1", "INUSE")}}});
  EXPECT_THAT(writes(), IsEmpty());
  pause();
  distributor->events_lost(1);
  read({{1, {held("Custom:PJSIP/1", "INUSE"), held("Custom:PJSIP/9", "INUSE")}}});
  EXPECT_THAT(writes(), Contains("2: STATE(Custom:PJSIP/1) = NOTHING"));
}

TEST_F(OtherBrokers, ASharedNameThatKeepsChangingIsWarnedOfOnceWithTheServers) {
  for (int i = 0; i < 200; ++i) {
    presence(i % 2 == 0 ? 0U : 1U, "a", i % 2 == 0 ? "x" : "y");
    host.answer_all();
    host.clock.advance(milliseconds(10));
  }
  EXPECT_EQ(host.logged(Level::warning, "\"a\" keeps changing to and fro on"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1)"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2)"), 1U);
  EXPECT_GE(host.counter("held"), 1U);
}

}  // namespace
}  // namespace amibroker::replication
