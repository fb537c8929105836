// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong with a native server on demand.
#include "tests/unit/simulator/ami_fixture.hpp"

namespace amibroker::sim {
namespace {

class AmiFaults : public Ami {
 protected:
  Server& start_silent_session(const AmiOptions& options = {}) {
    auto& server = start(options);
    client = std::make_unique<AmiClient>(server);
    EXPECT_EQ(message_of(client->log_in("call")), "Authentication accepted");
    EXPECT_TRUE(client->is_quiet());
    return server;
  }
  std::unique_ptr<AmiClient> client;
};

TEST_F(AmiFaults, AKilledServerRefusesAndARestartedOneKnowsNoSession) {
  auto& server = start_silent_session();
  server.set_device_state("PJSIP/100", DeviceState::inuse);
  server.kill();
  EXPECT_TRUE(client->at_end());
  EXPECT_FALSE(client->was_reset());
  EXPECT_THROW(AmiClient{server}, std::runtime_error);
  EXPECT_EQ(server.sessions(), 0U);
  const auto port = server.ami_port();
  server.restart();
  EXPECT_EQ(server.ami_port(), port);
  EXPECT_FALSE(server.has_broker());
  AmiClient again(server);
  EXPECT_EQ(message_of(again.log_in()), "Authentication accepted");
  EXPECT_TRUE(eventually([&] { return server.logins() == 2; }));
}

TEST_F(AmiFaults, ConnectionsAreReset) {
  auto& server = start_silent_session();
  server.reset_connections();
  EXPECT_EQ(server.sessions(), 0U);
  EXPECT_TRUE(client->at_end());
  EXPECT_TRUE(client->was_reset());
}

TEST_F(AmiFaults, ConnectionsAreResetInAnEvent) {
  auto& server = start_silent_session();
  server.reset_in_event();
  EXPECT_EQ(client->line(), "Event: DeviceStateChange");
  EXPECT_TRUE(client->at_end());
  EXPECT_TRUE(client->was_reset());
}

TEST_F(AmiFaults, ASilentListenerAcceptsAndSaysNothing) {
  auto& server = start({.authlimit = 1});
  server.hold_silent(true);
  AmiClient held(server);
  held.send({{"Action", "Ping"}});
  AmiClient next(server);
  EXPECT_TRUE(next.at_end()) << "the silent one is accepted, and the only one that authlimit allows";
  EXPECT_TRUE(held.has_nothing());
}

TEST_F(AmiFaults, AnotherBannerAndAnyBytes) {
  auto& server = start();
  server.set_banner("220 mail.example.org ESMTP");
  AmiClient client(server);
  EXPECT_EQ(client.line(), "220 mail.example.org ESMTP");
  server.send_raw("noise\r\n");
  EXPECT_EQ(client.line(), "noise");
}

TEST_F(AmiFaults, AFrozenServerGoesOnWhereItStopped) {
  auto& server = start_silent_session();
  server.freeze(true);
  client->send({{"Action", "Ping"}, {"ActionID", "1"}});
  server.set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_EQ(server.counters().actions.at("Ping"), 1U) << "nothing is read";
  server.freeze(false);
  EXPECT_EQ(value_of(client->message(), "Device"), "PJSIP/100");
  EXPECT_EQ(value_of(client->message(), "ActionID"), "1");
}

TEST_F(AmiFaults, ServersCanBeSilentSlowAndWrongAsOnTheOtherWire) {
  auto& server = start_silent_session();
  server.silent(true);
  client->send({{"Action", "Ping"}, {"ActionID", "1"}});
  ASSERT_TRUE(eventually([&] { return server.counters().replies_lost == 1; }));
  server.silent(false);
  server.plan_reply({.fault = ReplyFault::other_action_id});
  EXPECT_EQ(value_of(client->ask({{"Action", "Ping"}, {"ActionID", "2"}}), "ActionID"), "other-2");
  server.plan_reply({.fault = ReplyFault::late, .delay = 20ms});
  EXPECT_EQ(value_of(client->ask({{"Action", "Ping"}, {"ActionID", "3"}}), "ActionID"), "3");
  server.plan_reply({.fault = ReplyFault::raw, .frames = {"Response: Odd\r\n\r\n"}});
  EXPECT_EQ(value_of(client->ask({{"Action", "Ping"}}), "Response"), "Odd");
  server.slow(20ms);
  const auto begin = Clock::now();
  EXPECT_TRUE(client->is_quiet());
  EXPECT_GE(Clock::now() - begin, 20ms);
  server.slow(0ms);
  server.mute_events(true);
  server.set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(client->is_quiet());
}

TEST_F(AmiFaults, AClientThatReadsNothingIsCutOff) {
  auto& server = start_silent_session({.write_timeout = 20ms});
  const Fields event{{"Event", "Big"}, {"Privilege", "call,all"}, {"X", std::string(1'000'000, 'x')}};
  for (int i = 0; i < 20; ++i) server.publish(event);
  EXPECT_TRUE(eventually([&] { return server.sessions() == 0; })) << "a kernel keeps some MB, but not 20";
}

}  // namespace
}  // namespace amibroker::sim
