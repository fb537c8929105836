// SPDX-License-Identifier: Apache-2.0
//
// What a session that is logged in may do, and which events it gets (seen on Asterisk 16 and 22).
#include "tests/unit/simulator/ami_fixture.hpp"

namespace amibroker::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class AmiEvents : public Ami {
 protected:
  // A session behind its login and what came with that.
  std::unique_ptr<AmiClient> session(const Server& server, const std::string& events = "on") {
    auto client = std::make_unique<AmiClient>(server);
    EXPECT_EQ(message_of(client->log_in(events)), "Authentication accepted");
    const Fields pong = client->ask({{"Action", "Ping"}});
    if (value_of(pong, "Event") == "FullyBooted") {
      EXPECT_EQ(value_of(client->message(), "Ping"), "Pong");
    }
    return client;
  }
};

TEST_F(AmiEvents, OfAnOwnWriteComeAfterItsReply) {
  auto& server = start();
  const auto client = session(server);
  EXPECT_EQ(client->ask({{"Action", "Setvar"},
                         {"ActionID", "7"},
                         {"Variable", "DEVICE_STATE(Custom:PJSIP/100)"},
                         {"Value", "INUSE"}}),
            (Fields{{"Response", "Success"}, {"ActionID", "7"}, {"Message", "Variable Set"}}));
  EXPECT_EQ(client->message(), (Fields{{"Event", "DeviceStateChange"},
                                       {"Privilege", "call,all"},
                                       {"SystemName", "a1"},
                                       {"Device", "Custom:PJSIP/100"},
                                       {"State", "INUSE"}}));
  EXPECT_THAT(server.history("Custom:PJSIP/100"), SizeIs(1));
  EXPECT_TRUE(eventually([&] { return server.events_sent() == 1; }));
}

TEST_F(AmiEvents, ListsComeAsSeparateMessagesEvenIfNoEventsDo) {
  auto& server = start();
  const auto client = session(server, "off");
  server.set_device_state("PJSIP/100", DeviceState::ringing);
  EXPECT_TRUE(client->is_quiet());
  EXPECT_THAT(
      client->list("DeviceStateList"),
      ElementsAre(
          Fields{{"Response", "Success"},
                 {"ActionID", "l"},
                 {"EventList", "start"},
                 {"Message", "Device State Changes will follow"}},
          Fields{{"Event", "DeviceStateChange"}, {"ActionID", "l"}, {"Device", "PJSIP/100"}, {"State", "RINGING"}},
          Fields{
              {"Event", "DeviceStateListComplete"}, {"ActionID", "l"}, {"EventList", "Complete"}, {"ListItems", "1"}}));
}

TEST_F(AmiEvents, AreThoseOfTheMask) {
  auto& server = start();
  const auto client = session(server, "call,user");
  EXPECT_TRUE(eventually([&] { return server.event_mask() == "call,user"; }));
  server.publish({{"Event", "Reload"}, {"Privilege", "system,all"}});
  server.publish({{"Event", "Newchannel"}, {"Privilege", "call,all"}});
  EXPECT_EQ(value_of(client->message(), "Event"), "Newchannel");
  EXPECT_EQ(client->ask({{"Action", "Events"}, {"EventMask", "call, user"}}),
            (Fields{{"Response", "Success"}, {"Events", "On"}}));
  server.publish({{"Event", "UserEvent"}, {"Privilege", "user,all"}});
  EXPECT_TRUE(client->is_quiet()) << "a blank in the list loses the class";
  EXPECT_EQ(value_of(client->ask({{"Action", "Events"}, {"EventMask", "off"}}), "Events"), "Off");
  server.publish({{"Event", "Newchannel"}, {"Privilege", "call,all"}});
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(AmiEvents, AreThoseThatTheAccountMayRead) {
  auto& server = start({.read = "call", .write = "call"});
  const auto client = session(server);
  server.publish({{"Event", "UserEvent"}, {"Privilege", "user,all"}});
  server.publish({{"Event", "Newchannel"}, {"Privilege", "call,all"}});
  EXPECT_EQ(value_of(client->message(), "Event"), "Newchannel");
  for (const auto* action : {"UserEvent", "Filter", "CoreSettings", "CoreStatus"}) {
    EXPECT_EQ(message_of(client->ask({{"Action", action}})), "Permission denied") << action;
  }
  EXPECT_THAT(client->list("PresenceStateList"), SizeIs(2));
  EXPECT_EQ(message_of(client->ask({{"Action", "Bogus"}})),
            "Invalid/unknown command: Bogus. Use Action: ListCommands to show available commands.");
}

TEST_F(AmiEvents, AreThoseThatAFilterLetsPass) {
  auto& server = start();
  const auto client = session(server);
  const auto filter = [&](const std::string& text) {
    return message_of(client->ask({{"Action", "Filter"}, {"Operation", "Add"}, {"Filter", text}}));
  };
  EXPECT_EQ(filter("^Event: (DeviceStateChange|UserEvent)"), "Success");
  EXPECT_EQ(filter("^Event: Reload"), "Success");
  EXPECT_EQ(filter("(("), "Filter did not compile.  Check the syntax of the filter given.");
  EXPECT_EQ(message_of(client->ask({{"Action", "Filter"}, {"Filter", "x"}})), "Unknown operation");
  const std::vector<std::string> kept{"^Event: (DeviceStateChange|UserEvent)", "^Event: Reload"};
  EXPECT_TRUE(eventually([&] { return server.filters() == kept; }));
  server.publish({{"Event", "Newchannel"}, {"Privilege", "call,all"}, {"Channel", "Event: Reload"}});
  server.publish({{"Event", "Reload"}, {"Privilege", "system,all"}});
  server.set_device_state("PJSIP/100", DeviceState::ringing);
  EXPECT_EQ(value_of(client->message(), "Event"), "Reload");
  EXPECT_EQ(value_of(client->message(), "Event"), "DeviceStateChange");
  EXPECT_EQ(filter("!State: BUSY"), "Success");
  server.set_device_state("PJSIP/100", DeviceState::busy);
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(AmiEvents, PipelinedActionsAreAnsweredInOrder) {
  auto& server = start();
  const auto client = session(server, "off");
  std::string actions;
  for (int i = 0; i < 500; ++i) actions += "Action: Ping\r\nActionID: " + std::to_string(i) + "\n\r\n";
  client->send_raw(actions);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(value_of(client->message(), "ActionID"), std::to_string(i));
  EXPECT_EQ(server.counters().actions.at("Ping"), 501U);
}

TEST_F(AmiEvents, ALineThatIsTooLongSpoilsItsActionAndNoMore) {
  auto& server = start();
  const auto client = session(server);
  EXPECT_EQ(client->ask({{"Action", "Ping"}, {"ActionID", "1"}, {"X", std::string(1021, 'x')}}),
            (Fields{{"Response", "Error"}, {"ActionID", "1"}, {"Message", "Failed to parse message: line too long"}}));
  EXPECT_EQ(value_of(client->ask({{"Action", "Ping"}, {"X", std::string(1020, 'x')}}), "Ping"), "Pong");
}

}  // namespace
}  // namespace amibroker::sim
