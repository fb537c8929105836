// SPDX-License-Identifier: Apache-2.0
//
// What presence_state makes of the lists of servers, of filters, and of servers that are lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/presence_state/presence_state.hpp"
#include "plugins/replication/distributor.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::presence_state {
namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using amibroker::testing::Request;
using replication::Item;
using replication::Lists;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Item item(const std::string& presentity, const std::string& status, const std::string& message = "") {
  return {{"Event", "PresenceStateChange"},
          {"Presentity", presentity},
          {"Status", status},
          {"Subtype", ""},
          {"Message", message}};
}

/// Three servers; tests set options before `start`.
class PresenceLists : public ::testing::Test {
 protected:
  void start(const Lists& lists = {}) {
    for (ServerId server = 0; server < 3; ++server) host.set_up(server);
    host.start(plugin);
    read(lists);
  }
  void read(const Lists& lists = {}) {
    replication::read_servers(
        host, [&](ServerId server, const Message& message) { plugin.on_event(server, message); }, lists);
  }
  void read_again(ServerId server, std::vector<Item> items) {
    host.clock.advance(std::chrono::seconds(1));  // so that it is read at once
    plugin.on_event(server, MessageBuilder("LoadZmq").message());
    read({{server, std::move(items)}});
  }
  void event(ServerId server, std::string_view presentity, std::string_view status) {
    plugin.on_event(
        server, MessageBuilder("PresenceStateChange").add("Presentity", presentity).add("Status", status).message());
  }
  /// Answers all writes; what they were: `2: 100 = away`.
  std::vector<std::string> written() {
    std::vector<std::string> texts;
    for (; !host.requests.empty(); host.answer()) {
      const Request& request = host.requests.front();
      const std::string_view variable = request.header("Variable");
      constexpr std::size_t function = std::string_view("PRESENCE_STATE(CustomPresence:").size();
      texts.push_back(std::to_string(request.server + 1) + ": " +
                      std::string(variable.substr(function, variable.size() - function - 1)) + " = " +
                      std::string(request.header("Value")));
    }
    return texts;
  }

  FakeHost host{{"One", "Two", "Three"}, PresenceState::options, amibroker::testing::Timeouts::by_the_test};
  PresenceState plugin;
};

TEST_F(PresenceLists, AServerThatComesUpIsAskedForItsPresences) {
  host.set_up(0);
  host.start(plugin);
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].action.name(), "PresenceStateList");
}

TEST_F(PresenceLists, APresenceThatOneServerHadBeforeTheBrokerStartedSpreads) {
  start({{1, {item("CustomPresence:100", "away", "no, not now")}}});
  EXPECT_THAT(written(), ::testing::UnorderedElementsAre("1: 100 = away,,bm8sIG5vdCBub3c=,e",
                                                         "3: 100 = away,,bm8sIG5vdCBub3c=,e"));
}

TEST_F(PresenceLists, APresenceThatAllHoldAlikeLeadsToNoWrite) {
  const std::vector<Item> items{item("CustomPresence:100", "away", R"(\"no\")")};
  start({{0, items}, {1, items}, {2, items}});
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(PresenceLists, AChangeWhoseEventWasLostIsFoundInTheList) {
  const std::vector<Item> items{item("CustomPresence:100", "away")};
  start({{0, items}, {1, items}, {2, items}});
  read_again(2, {item("CustomPresence:100", "dnd")});
  EXPECT_THAT(written(), ElementsAre("1: 100 = dnd", "2: 100 = dnd"));
}

TEST_F(PresenceLists, APresenceThatAServerLostIsWrittenAgain) {
  const std::vector<Item> items{item("CustomPresence:100", "away")};
  start({{0, items}, {1, items}, {2, items}});
  read_again(2, {});
  EXPECT_THAT(written(), ElementsAre("3: 100 = away"));
}

TEST_F(PresenceLists, ANativePresentityInAListIsShownByTheOthersThatDoNotShowItYet) {
  start({{0, {item("SIP:foo", "chat")}},
         {1, {item("CustomPresence:SIP:foo", "chat")}},
         {2, {item("CustomPresence:SIP:foo", "xa")}}});
  EXPECT_THAT(written(), ElementsAre("3: SIP:foo = chat"));
}

TEST_F(PresenceLists, ANativePresentityThatIsNotListedAnyMoreIsTakenBack) {
  start({{0, {item("SIP:foo", "chat")}}});
  written();
  read_again(0, {});
  EXPECT_THAT(written(), ElementsAre("2: SIP:foo = not_set", "3: SIP:foo = not_set"));
}

TEST_F(PresenceLists, ANativePresentityOfAServerThatIsLostIsTakenBack) {
  start({{0, {item("SIP:foo", "chat")}}});
  written();
  host.take_down(plugin, 0);
  host.clock.advance(std::chrono::seconds(59));
  EXPECT_THAT(written(), IsEmpty());
  host.clock.advance(std::chrono::seconds(1));
  EXPECT_THAT(written(), ElementsAre("2: SIP:foo = not_set", "3: SIP:foo = not_set"));
}

TEST_F(PresenceLists, AShownOneThatNobodyHasAnyMoreIsTakenBackWhateverItsProvider) {
  start({{0, {item("SIP:foo", "chat")}},
         {1,
          {item("CustomPresence:SIP:foo", "chat"), item("CustomPresence:SIP:bar", "xa"),
           item("CustomPresence:XMPP:anna", "xa")}},
         {2, {item("CustomPresence:SIP:foo", "chat")}}});
  host.clock.advance(replication::Distributor::first_orphans);
  EXPECT_THAT(written(), ElementsAre("2: SIP:bar = not_set", "2: XMPP:anna = not_set"));
}

TEST_F(PresenceLists, AShownOneThatNobodyHasAnyMoreIsTakenBackEvenIfNoServerHasANativeOne) {
  start({{1, {item("CustomPresence:SIP:bar", "xa"), item("CustomPresence:100", "not_set")}}});
  host.clock.advance(replication::Distributor::first_orphans);
  EXPECT_THAT(written(), ElementsAre("2: SIP:bar = not_set"));
}

TEST_F(PresenceLists, ItemsThatAreNoPresencesAreLeftOut) {
  start({{0, {item("", "away"), item("foo", "away"), item("CustomPresence:100", "invalid"), {{"Event", "x"}}}}});
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(PresenceLists, WhatAFilterHoldsBackIsIgnoredInEventsAndLists) {
  host.option_values.set("exclude", "SIP:*, CustomPresence:9*");
  host.option_values.set("max_presentities", "1");
  start({{0, {item("SIP:foo", "chat"), item("CustomPresence:900", "away")}}});
  event(0, "SIP:foo", "away");
  event(1, "CustomPresence:900", "away");
  EXPECT_THAT(written(), IsEmpty());
  EXPECT_EQ(host.counted("ignored_events"), 2U);
  event(0, "CustomPresence:100", "away");
  EXPECT_EQ(written().size(), 2U) << "they take no place";
}

TEST_F(PresenceLists, WhatOneServerDoesNotShareIsCorrectedThereAndNotTakenFromThere) {
  host.set_filters(1, {}, {"*"});
  start();
  event(0, "CustomPresence:100", "away");
  written();
  read_again(1, {item("CustomPresence:100", "dnd")});
  EXPECT_THAT(written(), ElementsAre("2: 100 = away"));
}

TEST_F(PresenceLists, LostEventsLeadToASnapshot) {
  start();
  host.clock.advance(std::chrono::seconds(1));
  plugin.on_events_lost(1, 3);
  read({{1, {item("CustomPresence:100", "away")}}});
  EXPECT_THAT(written(), ElementsAre("1: 100 = away", "3: 100 = away"));
}

TEST_F(PresenceLists, AReportSaysWhatIsKnown) {
  start({{0, {item("SIP:foo", "chat")}}});
  written();
  plugin.on_report();
  EXPECT_EQ(host.logged(Level::info, "CustomPresence:SIP:foo: server-1 says chat; held by 2 servers: chat"), 1U);
}

TEST_F(PresenceLists, AServerThatIsAddedTakesWhatTheFleetAgreesOn) {
  start();
  event(0, "CustomPresence:100", "away");
  event(1, "SIP:foo", "dnd");
  written();
  const ServerId four = host.add_server(plugin, "Four");
  host.bring_up(plugin, four);
  read({{four, {item("CustomPresence:100", "chat"), item("CustomPresence:400", "xa")}}});
  EXPECT_THAT(written(), ::testing::UnorderedElementsAre("4: 100 = away", "4: SIP:foo = dnd", "1: 400 = xa",
                                                         "2: 400 = xa", "3: 400 = xa"));
}

TEST_F(PresenceLists, ARetiredServersOwnPresencesLeaveAndSharedOnesStay) {
  start();
  event(0, "CustomPresence:100", "away");
  event(0, "SIP:foo", "dnd");
  written();
  host.retire_server(plugin, 0);
  EXPECT_THAT(written(), ::testing::UnorderedElementsAre("2: SIP:foo = not_set", "3: SIP:foo = not_set"));
  event(1, "CustomPresence:100", "chat");
  // Server 2 as well, because the echo of what it was written before has not come.
  EXPECT_THAT(written(), ::testing::UnorderedElementsAre("2: 100 = chat", "3: 100 = chat"));
}

TEST_F(PresenceLists, ChangedFiltersHoldFromThenOn) {
  start();
  host.set_filters(0, {}, {"CustomPresence:1*"});
  host.tell_changed(plugin, 0);
  read();
  event(0, "CustomPresence:100", "away");
  EXPECT_THAT(host.requests, IsEmpty());
}

}  // namespace
}  // namespace amibroker::presence_state
