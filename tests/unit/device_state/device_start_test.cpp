// SPDX-License-Identifier: Apache-2.0
//
// What is written while the broker starts, and one server is late.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/device_state/device_state.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::device_state {
namespace {

using replication::Item;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Item item(const std::string& device, const std::string& state) {
  return {{"Event", "DeviceStateChange"}, {"Device", device}, {"State", state}};
}

/// Servers 1 and 2 were read, server 3 does not answer. Server 1 has four phones, and server 2 shows them.
class DeviceStart : public ::testing::Test {
 protected:
  void start() {
    host.set_up(0);
    host.set_up(1);
    host.start(plugin);
    replication::read_servers(
        host, [&](ServerId server, const Message& message) { plugin.on_event(server, message); },
        {{0,
          {item("PJSIP/1", "INUSE"), item("PJSIP/2", "NOT_INUSE"), item("PJSIP/3", "BUSY"), item("PJSIP/4", "BUSY")}},
         {1, {item("Custom:PJSIP/1", "NOT_INUSE"), item("Custom:PJSIP/2", "INUSE"), item("Custom:PJSIP/3", "BUSY")}}});
    host.bring_up(plugin, 2);
    replication::take_reading(host);
  }
  std::vector<std::string> written() {
    std::vector<std::string> texts;
    for (; !host.requests.empty(); host.answer())
      texts.push_back(std::to_string(host.requests.front().server + 1) + ": " +
                      std::string(host.requests.front().header("Variable")) + " = " +
                      std::string(host.requests.front().header("Value")));
    return texts;
  }
  testing::FakeHost host{{"One", "Two", "Three"}, DeviceState::options, amibroker::testing::Timeouts::by_the_test};
  DeviceState plugin;
};

TEST_F(DeviceStart, WhatALateServerCannotChangeIsWrittenAfterASecondAndTheRestOnceNobodyIsWaitedFor) {
  start();
  host.clock.advance(seconds(1) - milliseconds(1));
  EXPECT_THAT(written(), IsEmpty()) << "the others may be read at any moment";
  host.clock.advance(milliseconds(1));
  EXPECT_THAT(written(),
              ElementsAre("2: DEVICE_STATE(Custom:PJSIP/1) = INUSE", "2: DEVICE_STATE(Custom:PJSIP/4) = BUSY"));
  host.clock.advance(seconds(7));
  EXPECT_THAT(written(), ElementsAre("2: DEVICE_STATE(Custom:PJSIP/2) = NOT_INUSE"))
      << "server 3 might have been in use";
}

TEST_F(DeviceStart, WithoutAggregationALateServerCanChangeAnything) {
  host.option_values.set("aggregate", "no");
  start();
  host.clock.advance(seconds(8) - milliseconds(1));
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(DeviceStart, AChangeWhileAServerIsLateIsWrittenIfItMakesTheLampSayMore) {
  start();
  host.clock.advance(seconds(1));
  written();
  const auto change = [&](std::string_view state) {
    plugin.on_event(
        0, testing::MessageBuilder("DeviceStateChange").add("Device", "PJSIP/4").add("State", state).message());
  };
  change("NOT_INUSE");
  EXPECT_THAT(written(), IsEmpty());
  change("RINGINUSE");
  EXPECT_THAT(written(), ElementsAre("2: DEVICE_STATE(Custom:PJSIP/4) = RINGINUSE"));
}

}  // namespace
}  // namespace amibroker::device_state
