// SPDX-License-Identifier: Apache-2.0
//
// Servers that are not there, go away, come back, or do not answer.
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;

class LostServers : public System {};

TEST_F(LostServers, AStartWithAllServersDownIsNormal) {
  make_fleet(2);
  (*fleet)[0].kill(), (*fleet)[1].kill();
  start(config());
  ASSERT_TRUE(daemon->says("'Console 0' [server-0] is down"));
  ASSERT_TRUE(daemon->says("'Console 1' [server-1] is down"));
  (*fleet)[0].restart(), (*fleet)[1].restart();
  connect();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
}

TEST_F(LostServers, ADeadServerCostsTheOthersNothing) {
  make_fleet(4);
  (*fleet)[3].kill();
  start(config());
  connect();
  for (int i = 0; i < 500; ++i) (*fleet)[0].set_device_state("PJSIP/" + std::to_string(i), DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].history().size() == 500 && (*fleet)[2].history().size() == 500; }));
}

TEST_F(LostServers, ARestartedServerIsWrittenAgain) {
  make_fleet(2);
  start_and_connect();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  (*fleet)[1].restart();
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].lamp("PJSIP/100") == DeviceState::inuse; }));
}

TEST_F(LostServers, WhatChangedWhileAServerWasGoneIsWrittenOncePerKeyWhenItIsBack) {
  make_fleet(2);
  start_and_connect();
  (*fleet)[1].kill();
  ASSERT_TRUE(daemon->says("'Console 1' [server-1] is down"));
  for (int i = 0; i < 50; ++i)
    (*fleet)[0].set_device_state("PJSIP/100", i % 2 ? DeviceState::inuse : DeviceState::ringing);
  (*fleet)[1].restart();
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ((*fleet)[1].history("Custom:PJSIP/100").size(), 1U) << "what waits is bounded by the keys";
}

TEST_F(LostServers, ASilentServerIsWrittenAgainOnceItAnswers) {
  make_fleet(3);
  start_and_connect("request_timeout = 200\n");
  (*fleet)[1].silent(true);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  ASSERT_TRUE(eventually([&] { return (*fleet)[2].device_state("Custom:PJSIP/100") == DeviceState::ringing; }));
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return (*fleet)[2].device_state("Custom:PJSIP/100") == DeviceState::inuse; }));
  (*fleet)[1].silent(false);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
}

TEST_F(LostServers, ASlowServerDelaysOnlyItself) {
  make_fleet(3);
  start_and_connect();
  (*fleet)[1].slow(50ms);
  for (int i = 0; i < 100; ++i) (*fleet)[0].set_device_state("PJSIP/" + std::to_string(i), DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return (*fleet)[2].history().size() == 100; }));
  EXPECT_LT((*fleet)[1].history().size(), 100U) << "5 s of work cannot be done yet";
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].history().size() >= 100; }));
}

TEST_F(LostServers, LostLateWrongAndDoubleRepliesEndEqual) {
  make_fleet(2);
  start_and_connect("request_timeout = 100\n");
  using sim::ReplyFault;
  for (const auto fault : {ReplyFault::lost, ReplyFault::without_action_id, ReplyFault::other_action_id,
                           ReplyFault::duplicated, ReplyFault::late, ReplyFault::raw}) {
    (*fleet)[1].plan_reply({fault, 300ms, {"", "garbage"}});
    const std::string device = "PJSIP/" + std::to_string(static_cast<int>(fault));
    (*fleet)[0].set_device_state(device, DeviceState::ringing);
    (*fleet)[0].set_device_state(device, DeviceState::inuse);
    EXPECT_TRUE(eventually([&] { return all_show(device, 0); })) << device;
  }
}

TEST_F(LostServers, TheDaemonSurvivesServersKilledUnderLoadAgainAndAgain) {
  make_fleet(3);
  start_and_connect();
  for (int round = 0; round < 15; ++round) {
    for (int i = 0; i < 400; ++i)
      (*fleet)[0].set_device_state("PJSIP/" + std::to_string(i), round % 2 ? DeviceState::inuse : DeviceState::ringing);
    (*fleet)[1].kill();
    (*fleet)[1].restart();
    ASSERT_TRUE(daemon->runs()) << daemon->output();
  }
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/0", 0) && all_show("PJSIP/399", 0); }));
}

TEST_F(LostServers, TheLogNamesTwoEntriesOfTheSameAsterisk) {
  make_fleet(1);
  const auto& server = (*fleet)[0];
  const std::string ports = "\ncmd_port = " + std::to_string(server.command_port()) +
                            "\nevt_port = " + std::to_string(server.event_port()) + "\n";
  start("[servers]\nsections = a, b\n[a]\naddr = 127.0.0.1" + ports + "[b]\naddr = localhost" + ports);
  EXPECT_TRUE(daemon->says("servers [a] and [b] both call themselves 'a1'")) << daemon->output();
}

}  // namespace
}  // namespace amibroker::system_test
