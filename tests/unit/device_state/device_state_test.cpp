// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/device_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/device_state/devices.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::device_state {
namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using replication::Lists;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class DeviceStates : public ::testing::Test {
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
  void event(ServerId server, std::string_view device, std::string_view state) {
    plugin.on_event(server, MessageBuilder("DeviceStateChange").add("Device", device).add("State", state).message());
  }

  FakeHost host{{"One", "Two", "Three"}, DeviceState::options, amibroker::testing::Timeouts::by_the_test};
  DeviceState plugin;
};

TEST_F(DeviceStates, ThePluginSubscribesToChangesAndToWhatMeansThatAServerMustBeRead) {
  start();
  EXPECT_THAT(host.subscribed, UnorderedElementsAre("DeviceStateChange", "UserEvent", "LoadZmq", "FullyBooted"));
}

TEST_F(DeviceStates, ACallShowsOnTheOtherServersInOrder) {
  start();
  std::vector<std::string> shown;
  for (const char* state : {"RINGING", "INUSE", "NOT_INUSE"}) {
    event(0, "PJSIP/100", state);
    for (const auto& request : host.requests) {
      EXPECT_NE(request.server, 0U);
      EXPECT_EQ(request.header("Variable"), "DEVICE_STATE(Custom:PJSIP/100)");
      if (request.server == 1) shown.emplace_back(request.header("Value"));
    }
    host.answer_all();
  }
  EXPECT_THAT(shown, ElementsAre("RINGING", "INUSE", "NOT_INUSE"));
}

TEST_F(DeviceStates, EveryStateOfAsteriskIsWrittenAsItIs) {
  start();
  event(0, "PJSIP/100", "INUSE");
  host.answer_all();
  for (const std::string_view state : states) {
    event(0, "PJSIP/100", state);
    ASSERT_EQ(host.requests.size(), 2U) << state;
    EXPECT_EQ(host.requests[0].header("Value"), state);
    host.answer_all();
  }
}

TEST_F(DeviceStates, WhatTheBrokerWroteAndUncachedDevicesGoNowhere) {
  start();
  for (const char* device : {"Custom:PJSIP/100", "custom:lamp", "Local/100@default"}) event(1, device, "INUSE");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("ignored_events"), 3U);
}

TEST_F(DeviceStates, UnknownWithdrawsWhatTheServerSaidAndIsNotWritten) {
  start();
  event(0, "PJSIP/100", "INUSE");
  host.answer_all();
  event(0, "PJSIP/100", "UNKNOWN");
  ASSERT_EQ(host.requests.size(), 2U);
  for (const auto& request : host.requests) EXPECT_EQ(request.header("Value"), "INVALID");
  EXPECT_EQ(host.counted("ignored_events"), 0U);
}

TEST_F(DeviceStates, AnInvalidDeviceIsNotWrittenIfTheServerDoesNotKnowItsName) {
  start();
  event(0, "PJSIP/100", "INVALID");
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(DeviceStates, UnknownOfADeviceThatNobodyShowsLeadsToNoWrite) {
  start();
  event(0, "PJSIP/100", "UNKNOWN");
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(DeviceStates, AStateThatAsteriskDoesNotHaveIsCountedAndDropped) {
  start();
  event(0, "PJSIP/100", "SLEEPING");
  event(0, "", "INUSE");
  event(0, "PJSIP/100", "");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("bad_events"), 3U);
}

TEST_F(DeviceStates, ANameThatCannotBeWrittenIsRefusedWithAWarning) {
  start();
  event(0, "PJSIP/100)=INUSE", "INUSE");
  event(0, "PJSIP/" + std::string(67, 'x'), "INUSE");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("refused_names"), 2U);
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(DeviceStates, NoMoreDevicesAreKeptThanTheOptionSays) {
  host.option_values.set("max_devices", "1");
  start();
  event(0, "PJSIP/100", "INUSE");
  event(0, "PJSIP/200", "INUSE");
  EXPECT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.counted("over_limit"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "max_devices"), 1U);
}

TEST_F(DeviceStates, AServerThatComesBackIsReadAndThenWrittenEverything) {
  start();
  event(0, "PJSIP/100", "INUSE");
  host.answer_all();
  host.take_down(plugin, 2);
  event(0, "PJSIP/200", "RINGING");
  EXPECT_EQ(host.answer_all(), 1U);
  host.bring_up(plugin, 2);
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].action.name(), "DeviceStateList");
  EXPECT_EQ(host.requests[1].action.name(), "UserEvent");
  read();
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].server, 2U);
  EXPECT_EQ(host.requests[0].header("Value"), "INUSE");
  EXPECT_EQ(host.requests[1].header("Value"), "RINGING");
}

TEST_F(DeviceStates, EventsAreShownIfTheAdministratorWantsIt) {
  host.is_verbose = true;
  start();
  event(0, "PJSIP/100", "INUSE");
  EXPECT_EQ(host.logged(Level::info, "One (server-1): PJSIP/100 is INUSE"), 1U);
  EXPECT_EQ(host.logged(Level::info, "Three (server-3): Custom:PJSIP/100 = INUSE"), 1U);
}

}  // namespace
}  // namespace amibroker::device_state
