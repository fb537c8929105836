// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/presence_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::presence_state {
namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using amibroker::testing::Request;
using replication::Lists;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class Presences : public ::testing::Test {
 protected:
  void start() {
    for (ServerId server = 0; server < 3; ++server) host.set_up(server);
    host.start(plugin);
    read();
  }
  /// Answers what servers were asked for their states.
  void read(const Lists& lists = {}) {
    replication::read_servers(
        host, [&](ServerId server, const Message& message) { plugin.on_event(server, message); }, lists);
  }
  void event(ServerId server, std::string_view presentity, std::string_view status, std::string_view subtype = "",
             std::string_view message = "") {
    plugin.on_event(server, MessageBuilder("PresenceStateChange")
                                .add("Presentity", presentity)
                                .add("Status", status)
                                .add("Subtype", subtype)
                                .add("Message", message)
                                .message());
  }
  std::vector<ServerId> written_servers() const {
    std::vector<ServerId> servers;
    for (const Request& request : host.requests) servers.push_back(request.server);
    return servers;
  }

  FakeHost host{{"One", "Two", "Three"}, PresenceState::options, amibroker::testing::Timeouts::by_the_test};
  PresenceState plugin;
};

TEST_F(Presences, ThePluginSubscribesToChangesAndToWhatMeansThatAServerMustBeRead) {
  start();
  EXPECT_THAT(host.subscribed, UnorderedElementsAre("PresenceStateChange", "UserEvent", "LoadZmq", "FullyBooted"));
}

TEST_F(Presences, AChangeIsWrittenToTheOthersWithSubtypeAndMessage) {
  start();
  event(1, "CustomPresence:100", "away", "lunch", "back at 1");
  EXPECT_THAT(written_servers(), ElementsAre(0, 2));
  EXPECT_EQ(host.requests[0].header("Variable"), "PRESENCE_STATE(CustomPresence:100)");
  EXPECT_EQ(host.requests[0].header("Value"), "away,lunch,back at 1");
}

TEST_F(Presences, TheirEchoesGoNowhereEvenIfTheMessageIsEncodedOnTheWay) {
  start();
  event(0, "CustomPresence:100", "away", "",
        R"(\"no\", M)"
        "\xc3\xbc"
        "ller");
  EXPECT_EQ(host.answer_all(), 2U);
  event(1, "CustomPresence:100", "away", "",
        R"(\"no\", M)"
        "\xc3\xbc"
        "ller");
  event(2, "CustomPresence:100", "away", "",
        R"(\"no\", M)"
        "\xc3\xbc"
        "ller");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("echoes"), 2U);
}

TEST_F(Presences, TwoServersThatChangeAtOnceEndWithTheLaterChange) {
  start();
  event(0, "CustomPresence:100", "away");
  event(1, "CustomPresence:100", "dnd");  // before our write of `away` ran there
  host.answer_all();
  event(1, "CustomPresence:100", "away");
  event(1, "CustomPresence:100", "dnd");
  event(0, "CustomPresence:100", "dnd");
  event(2, "CustomPresence:100", "away");
  event(2, "CustomPresence:100", "dnd");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("echoes"), 5U);
  EXPECT_EQ(host.counted("writes"), 5U);  // `away` to 1 and 2, `dnd` to all three
}

TEST_F(Presences, ASecondChangeRightAfterTheFirstIsNotLost) {
  start();
  event(0, "CustomPresence:100", "away");
  event(0, "CustomPresence:100", "dnd");
  host.answer_all();
  for (ServerId server = 1; server < 3; ++server) {
    event(server, "CustomPresence:100", "away");
    event(server, "CustomPresence:100", "dnd");
  }
  host.clock.advance(std::chrono::minutes(1));  // so that it cannot have met our writes
  event(1, "CustomPresence:100", "chat");
  EXPECT_THAT(written_servers(), ElementsAre(0, 2));
  EXPECT_EQ(host.requests[0].header("Value"), "chat");
}

TEST_F(Presences, AnUnsetPresenceIsNotWrittenIfTheServerDoesNotKnowItsName) {
  start();
  event(0, "CustomPresence:100", "not_set");
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(Presences, TakingAPresenceBackIsAChangeLikeOthers) {
  start();
  event(0, "CustomPresence:100", "away");
  host.answer_all();
  event(0, "CustomPresence:100", "not_set");
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].header("Value"), "not_set");
}

TEST_F(Presences, APresentityOfAnotherProviderIsShownByTheOthers) {
  start();
  event(0, "SIP:foo", "chat");
  EXPECT_THAT(written_servers(), ElementsAre(1, 2));
  EXPECT_EQ(host.requests[0].header("Variable"), "PRESENCE_STATE(CustomPresence:SIP:foo)");
}

TEST_F(Presences, TwoServersWithPresentitiesOfTheSameNameShowEachOthers) {
  start();
  event(0, "SIP:foo", "chat");
  event(1, "SIP:foo", "away");
  std::vector<std::string> shown_by_1;
  while (!host.requests.empty()) {
    if (host.requests.front().server == 1) shown_by_1.emplace_back(host.requests.front().header("Value"));
    host.answer();
  }
  EXPECT_THAT(shown_by_1, ElementsAre("chat"));
}

TEST_F(Presences, WhatIsShownForAnotherServersPresentityIsNotPassedOn) {
  start();
  event(0, "SIP:foo", "chat");
  host.answer_all();
  event(1, "CustomPresence:SIP:foo", "chat");
  EXPECT_TRUE(host.requests.empty());
  event(2, "CustomPresence:SIP:foo", "away");
  ASSERT_EQ(host.requests.size(), 1U) << "somebody else wrote it there, so it is written again, there alone";
  EXPECT_EQ(host.requests.front().server, 2U);
  EXPECT_EQ(host.requests.front().header("Value"), "chat");
  EXPECT_EQ(host.counted("shown_events"), 2U);
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(Presences, WhatAServerPublishesAgainAfterAStartOfTheBrokerIsNotPassedOn) {
  start();
  event(1, "CustomPresence:SIP:foo", "chat");
  event(1, "CustomPresence:SIP:bar", "chat");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.logged(Level::warning, "CustomPresence:SIP:foo is not distributed"), 1U);
  EXPECT_EQ(host.logged(Level::warning), 1U);
}

TEST_F(Presences, WhatAServerPublishesAgainOfOneThatWasClearedIsNotExplained) {
  start();
  event(1, "CustomPresence:SIP:foo", "not_set");
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(Presences, AStatusThatCannotBeWrittenIsCountedAndDropped) {
  start();
  event(0, "CustomPresence:100", "invalid");
  event(0, "CustomPresence:", "away");
  event(0, "foo", "away");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("bad_events"), 3U);
}

TEST_F(Presences, ANameThatCannotBeWrittenIsRefusedWithAWarning) {
  start();
  event(0, "CustomPresence:a,b", "away");
  event(0, "CustomPresence:" + std::string(65, 'x'), "away");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("refused_names"), 2U);
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(Presences, NoMoreAreKeptThanTheOptionSays) {
  host.option_values.set("max_presentities", "1");
  start();
  event(0, "CustomPresence:100", "away");
  event(0, "CustomPresence:200", "away");
  EXPECT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.logged(Level::warning, "max_presentities"), 1U);
}

TEST_F(Presences, EventsAreShownIfTheAdministratorWantsIt) {
  host.is_verbose = true;
  start();
  event(0, "CustomPresence:100", "away", "lunch", "back");
  EXPECT_EQ(host.logged(Level::info, R"(One (server-1): CustomPresence:100 is away, "lunch", "back")"), 1U);
}

}  // namespace
}  // namespace amibroker::presence_state
