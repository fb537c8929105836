// SPDX-License-Identifier: Apache-2.0
//
// What the Distributor makes of servers that come, go, and are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/replication/distributor.hpp"
#include "tests/unit/replication/distribution.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::MessageBuilder;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Three servers that are down; no regular snapshots.
class Servers : public ::testing::Test, public Distributed {
 protected:
  Servers() : Distributed({"One", "Two", "Three"}) {
    host.option_values.set("resync_interval", "0");
    start();
  }
  /// All are up and were read.
  void all_up(const Lists& lists = {}) {
    for (ServerId server = 0; server < 3; ++server) up(server);
    read(lists);
    pause();
  }
  /// Writes that are not answered: `2: Custom:a = INUSE`.
  std::vector<std::string> writes() const {
    std::vector<std::string> texts;
    for (const testing::Request& request : host.requests) {
      if (request.action.name() != "Setvar") continue;
      const std::string_view variable = request.header("Variable");
      texts.push_back(std::to_string(request.server + 1) + ": " + std::string(variable.substr(6, variable.size() - 7)) +
                      " = " + std::string(request.header("Value")));
    }
    return texts;
  }
  std::size_t asked_to_read() const { return host.requests.size() - writes().size(); }
};

// --- The start of the broker ---------------------------------------------------------------------------------------

TEST_F(Servers, NothingIsWrittenBeforeAllServersWereRead) {
  up(0);
  read({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  up(1);
  read();
  EXPECT_THAT(writes(), IsEmpty());
  up(2);
  read();
  EXPECT_THAT(writes(), UnorderedElementsAre("2: Custom:PJSIP/1 = INUSE", "3: Custom:PJSIP/1 = INUSE"));
}

TEST_F(Servers, AServerThatDoesNotComeIsNotWaitedForLongerThanThreeSeconds) {
  up(0);
  up(1);
  read({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  host.clock.advance(seconds(3) - milliseconds(1));
  EXPECT_THAT(writes(), IsEmpty());
  host.clock.advance(milliseconds(1));
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = INUSE"));
}

TEST_F(Servers, AServerThatDoesNotListItsStatesIsNotWaitedForLongerThanEightSeconds) {
  up(0);
  up(1);
  read({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  up(2);
  host.clock.advance(seconds(8) - milliseconds(1));
  EXPECT_THAT(writes(), IsEmpty());
  host.clock.advance(milliseconds(1));
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = INUSE")) << "server 3 is written once it was read";
  read();
  EXPECT_THAT(writes(), UnorderedElementsAre("2: Custom:PJSIP/1 = INUSE", "3: Custom:PJSIP/1 = INUSE"));
}

TEST_F(Servers, AServerThatIsLateHoldsUpItsNeighboursOnly) {
  host.set_zones(0, {"north"});
  host.set_zones(1, {"north"});
  host.set_zones(2, {"south"});
  neighbours = Neighbours(host.servers());
  start();
  up(0);
  up(1);
  read({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = INUSE"));
}

TEST_F(Servers, ASharedNameIsWrittenAfterASecondIfNoListCanShowThatItIsNone) {
  Medium medium = distribution_medium;
  for (const bool lists_show_names : {true, false}) {
    medium.lists_show_names = lists_show_names;
    host.requests.clear();
    start(medium);
    up(0);
    up(1);
    read({{0, {shared("Custom:night", "on")}}, {1, {shared("Custom:night", "off")}}});
    host.clock.advance(seconds(1) - milliseconds(1));
    EXPECT_THAT(writes(), IsEmpty());
    host.clock.advance(milliseconds(1));
    if (lists_show_names) EXPECT_THAT(writes(), IsEmpty());
    else EXPECT_THAT(writes(), ElementsAre("2: Custom:night = on"));
  }
}

TEST_F(Servers, AServerThatIsReadLateOpensTheWayAtOnce) {
  up(0);
  up(1);
  read({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  up(2);
  host.clock.advance(seconds(4));
  EXPECT_THAT(writes(), IsEmpty());
  read();
  EXPECT_THAT(writes(), UnorderedElementsAre("2: Custom:PJSIP/1 = INUSE", "3: Custom:PJSIP/1 = INUSE"));
}

TEST_F(Servers, AServerThatGoesDownWhileItIsReadIsNotWaitedForAnyMore) {
  up(0);
  up(1);
  read({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  up(2);
  host.clock.advance(seconds(4));
  down(2);
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = INUSE"));
}

TEST_F(Servers, AServerThatCannotBeReadIsWrittenEverything) {
  up(0);
  up(1);
  read({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  up(2);
  for (const testing::Request& request : take_reading(host))
    if (request.done) request.done(Reply{Outcome::error, "Invalid/unknown command", {}});
  EXPECT_THAT(writes(), UnorderedElementsAre("2: Custom:PJSIP/1 = INUSE", "3: Custom:PJSIP/1 = INUSE"));
  EXPECT_EQ(host.logged(Level::warning, "res_manager_teststate.so"), 1U);
}

// --- Servers that come and go --------------------------------------------------------------------------------------

TEST_F(Servers, AServerThatComesBackIsReadAndOnlyThenWrittenWhatItLacks) {
  all_up();
  device(0, "PJSIP/1", "INUSE");
  device(0, "PJSIP/2", "INUSE");
  host.answer_all();
  down(2);
  up(2);
  device(0, "PJSIP/1", "BUSY");
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = BUSY"));
  read({{2, {held("Custom:PJSIP/1", "INUSE"), held("Custom:PJSIP/2", "INUSE")}}});
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = BUSY", "3: Custom:PJSIP/1 = BUSY"));
}

TEST_F(Servers, WhatAServerSaidIsWithdrawnOnceItIsGoneForLostAfter) {
  all_up();
  device(0, "PJSIP/1", "INUSE");
  host.answer_all();
  down(0);
  host.clock.advance(seconds(60) - milliseconds(1));
  EXPECT_THAT(writes(), IsEmpty());
  host.clock.advance(milliseconds(1));
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = NOTHING", "3: Custom:PJSIP/1 = NOTHING"));
}

TEST_F(Servers, AServerThatIsBackInTimeLosesNothing) {
  all_up();
  device(0, "PJSIP/1", "INUSE");
  host.answer_all();
  down(0);
  host.clock.advance(seconds(59));
  up(0);
  read({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  host.clock.advance(std::chrono::hours(1));
  EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(Servers, WhatIsKnownOfAServerMayBeWrongAfterLoadZmqFullyBootedAndLostEvents) {
  all_up();
  for (const char* name : {"LoadZmq", "FullyBooted"}) {
    event(1, MessageBuilder(name).message());
    EXPECT_EQ(asked_to_read(), 2U) << name;
    EXPECT_EQ(host.requests.back().server, 1U);
    read();
    pause();
  }
  distributor->events_lost(2);
  EXPECT_EQ(asked_to_read(), 2U);
  read();
  event(1, MessageBuilder("Hangup").message());
  EXPECT_EQ(asked_to_read(), 0U);
}

TEST_F(Servers, EachServerIsReadOnceInAnInterval) {
  host.option_values.set("resync_interval", "300");
  start();
  all_up();
  host.clock.advance(seconds(300));
  EXPECT_EQ(read(), 3U);
}

TEST_F(Servers, ARefusedWriteIsTriedAgainAfterTheNextSnapshot) {
  all_up();
  device(0, "PJSIP/1", "INUSE");
  host.answer(Outcome::error, "Variable not set");
  host.answer();
  event(1, MessageBuilder("LoadZmq").message());
  EXPECT_THAT(writes(), IsEmpty());
  read();
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = INUSE"));
}

TEST_F(Servers, WhatAServerSaysBeforeItWasReadIsCountedAsEarly) {
  all_up();
  down(1);
  up(1);
  presence(1, "Custom:night", "on");
  EXPECT_EQ(host.counted("early_events"), 1U);
  EXPECT_THAT(writes(), IsEmpty());
  read({{1, {shared("Custom:night", "on")}}});
  EXPECT_THAT(writes(), UnorderedElementsAre("1: Custom:night = on", "3: Custom:night = on"));
}

TEST_F(Servers, AnEventThatWasPassedOverWhileTheServerWasReadLeadsToAnotherSnapshot) {
  all_up();
  down(1);
  up(1);
  presence(1, "Custom:night", "on");
  read();
  EXPECT_THAT(writes(), IsEmpty()) << "the list may be older than the event";
  pause();
  read({{1, {shared("Custom:night", "on")}}});
  EXPECT_THAT(writes(), UnorderedElementsAre("1: Custom:night = on", "3: Custom:night = on"));
}

TEST_F(Servers, AnEventThatWasPassedOverAndAnotherReasonLeadToOneMoreSnapshotTogether) {
  all_up();
  down(1);
  up(1);
  presence(1, "Custom:night", "on");
  event(1, MessageBuilder("FullyBooted").message());
  read();
  pause();
  EXPECT_EQ(asked_to_read(), 2U);
  read();
  pause();
  EXPECT_EQ(asked_to_read(), 0U);
}

// --- Lists ---------------------------------------------------------------------------------------------------------

TEST_F(Servers, ItemsThatDoNotConcernThePluginAndNamesThatCannotBeWrittenAreLeftOut) {
  all_up({{0, {{{"Other", "x"}}, own("Custom:a)b", "INUSE"), own("Custom:PJSIP/1", "INUSE")}}});
  EXPECT_THAT(writes(), UnorderedElementsAre("2: Custom:PJSIP/1 = INUSE", "3: Custom:PJSIP/1 = INUSE"));
  EXPECT_EQ(host.counted("refused_names"), 1U);
}

TEST_F(Servers, AListThatWaitsForItsFenceKeepsItsTexts) {
  all_up();
  event(1, MessageBuilder("LoadZmq").message());
  const auto reading = take_reading(host);
  answer_list(reading.at(0), {own("Custom:PJSIP/1", "kept")});
  for (std::size_t i = 0; i < 3 * ValueTable::least_before_sweep; ++i)
    static_cast<void>(distributor->value("other " + std::to_string(i)));
  publish_fence(reading.at(1), [this](ServerId server, const Message& fence) { event(server, fence); });
  EXPECT_THAT(writes(), ElementsAre("1: Custom:PJSIP/1 = kept", "3: Custom:PJSIP/1 = kept"));
}

TEST_F(Servers, AListOfAConnectionThatBrokeDoesNotApply) {
  all_up();
  event(1, MessageBuilder("LoadZmq").message());
  answer_list(take_reading(host).at(0), {own("Custom:PJSIP/1", "INUSE")});
  down(1);
  up(1);
  read();
  EXPECT_THAT(writes(), IsEmpty());
}

TEST_F(Servers, ANameThatIsOneServersOwnIsRefusedIfAnotherSharesItLater) {
  all_up();
  device(0, "odd", "INUSE");
  host.answer_all();
  presence(1, "Custom:odd", "BUSY");
  EXPECT_THAT(writes(), IsEmpty());
  EXPECT_EQ(host.counted("refused_names"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2): \"Custom:odd\""), 1U);
}

// --- Names from an earlier life of the broker ----------------------------------------------------------------------

TEST_F(Servers, ANameThatNobodyContributesToIsClearedOnceAllServersWereRead) {
  up(1);
  read({{1, {own("Custom:PJSIP/9", "INUSE"), held("Custom:PJSIP/1", "INUSE"), held("Custom:DND/1", "INUSE")}}});
  up(0);
  read();
  host.clock.advance(seconds(4));
  EXPECT_THAT(writes(), ElementsAre("1: Custom:PJSIP/9 = INUSE")) << "server 3 may know it";
  up(2);
  read();
  host.clock.advance(Distributor::first_orphans - milliseconds(1));
  EXPECT_THAT(writes(), UnorderedElementsAre("1: Custom:PJSIP/9 = INUSE", "3: Custom:PJSIP/9 = INUSE"))
      << "another broker may say that it is there";
  host.clock.advance(milliseconds(1));
  EXPECT_THAT(writes(), Contains("2: Custom:PJSIP/1 = NOTHING"));
}

TEST_F(Servers, ANameOfATechnologyOfAsteriskIsClearedEvenIfNoServerHasADeviceOfIt) {
  constexpr std::array<std::string_view, 1> technologies{"Queue"};
  Medium medium = distribution_medium;
  medium.technologies = technologies;
  start(medium);
  all_up({{1, {held("Custom:Queue/1", "INUSE"), held("Custom:DND/1", "INUSE")}}});
  host.clock.advance(Distributor::first_orphans);
  EXPECT_THAT(writes(), ElementsAre("2: Custom:Queue/1 = NOTHING"));
}

TEST_F(Servers, ANameThatNobodyContributesToIsClearedOnceTheServerThatMayKnowItIsLost) {
  up(0);
  up(1);
  read({{1, {own("Custom:PJSIP/9", "INUSE"), held("Custom:PJSIP/1", "INUSE")}}});
  host.clock.advance(seconds(60) + Distributor::first_orphans - milliseconds(1));
  EXPECT_THAT(writes(), ElementsAre("1: Custom:PJSIP/9 = INUSE"));
  host.clock.advance(milliseconds(1));
  EXPECT_THAT(writes(), ElementsAre("1: Custom:PJSIP/9 = INUSE", "2: Custom:PJSIP/1 = NOTHING"));
}

TEST_F(Servers, ANameWhoseServerWasReadLaterIsNotCleared) {
  up(1);
  read({{1, {own("Custom:PJSIP/9", "INUSE"), held("Custom:PJSIP/1", "INUSE")}}});
  up(0);
  up(2);
  read({{2, {own("Custom:PJSIP/1", "INUSE")}}});
  EXPECT_THAT(writes(), UnorderedElementsAre("1: Custom:PJSIP/9 = INUSE", "3: Custom:PJSIP/9 = INUSE",
                                             "1: Custom:PJSIP/1 = INUSE"));
}

// --- Writes that a lost connection left ------------------------------------------------------------------------------

TEST_F(Servers, AServerThatWasLostWithWritesUnansweredIsReadTwice) {
  all_up({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  ASSERT_THAT(writes(), UnorderedElementsAre("2: Custom:PJSIP/1 = INUSE", "3: Custom:PJSIP/1 = INUSE"));
  down(1);
  up(1);
  read({{1, {held("Custom:PJSIP/1", "INUSE")}}});
  EXPECT_EQ(asked_to_read(), 0U);
  host.clock.advance(Distributor::late_writes);
  EXPECT_EQ(asked_to_read(), 2U) << "the list and its fence";
  // The write of the lost connection ran after the first list; its event was missed.
  read({{1, {held("Custom:PJSIP/1", "RINGING")}}});
  EXPECT_THAT(writes(), ::testing::Contains("2: Custom:PJSIP/1 = INUSE"));
}

TEST_F(Servers, ASecondReadingEndsWithThePlugin) {
  all_up({{0, {own("Custom:PJSIP/1", "INUSE")}}});
  down(1);
  up(1);
  read({{1, {held("Custom:PJSIP/1", "INUSE")}}});
  const std::size_t timers = host.clock.timers();
  distributor.reset();
  EXPECT_EQ(host.clock.timers(), 0U) << "of " << timers;
}

TEST_F(Servers, AServerThatWasLostWithNothingUnansweredIsReadOnce) {
  all_up();
  down(1);
  up(1);
  read();
  host.clock.advance(Distributor::late_writes * 2);
  EXPECT_EQ(asked_to_read(), 0U);
}

}  // namespace
}  // namespace amibroker::replication
