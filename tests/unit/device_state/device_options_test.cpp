// SPDX-License-Identifier: Apache-2.0
//
// Devices that several servers know, shared custom devices, names, filters and lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/device_state/device_state.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::device_state {
namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using amibroker::testing::Request;
using replication::Item;
using replication::Lists;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Item item(const std::string& device, const std::string& state) {
  return {{"Event", "DeviceStateChange"}, {"Device", device}, {"State", state}};
}

/// Three servers; tests set options before `start`.
class DeviceOptions : public ::testing::Test {
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
  void event(ServerId server, std::string_view device, std::string_view state) {
    plugin.on_event(server, MessageBuilder("DeviceStateChange").add("Device", device).add("State", state).message());
  }
  /// Answers all writes; what they were: `2: Custom:lamp = INUSE`.
  std::vector<std::string> written() {
    std::vector<std::string> texts;
    for (; !host.requests.empty(); host.answer()) {
      const Request& request = host.requests.front();
      const std::string_view variable = request.header("Variable");
      constexpr std::size_t function = std::string_view("DEVICE_STATE(").size();
      texts.push_back(std::to_string(request.server + 1) + ": " +
                      std::string(variable.substr(function, variable.size() - function - 1)) + " = " +
                      std::string(request.header("Value")));
    }
    return texts;
  }

  FakeHost host{{"One", "Two", "Three"}, DeviceState::options, amibroker::testing::Timeouts::by_the_test};
  DeviceState plugin;
};

// --- aggregate -----------------------------------------------------------------------------------------------------

TEST_F(DeviceOptions, ADeviceOfTwoServersShowsOnTheThirdWhatBothSayTogether) {
  start();
  event(0, "PJSIP/100", "INUSE");
  written();
  event(1, "PJSIP/100", "NOT_INUSE");
  EXPECT_THAT(written(), ElementsAre("1: Custom:PJSIP/100 = NOT_INUSE"));
  event(1, "PJSIP/100", "RINGING");
  EXPECT_THAT(written(), ElementsAre("1: Custom:PJSIP/100 = RINGING", "3: Custom:PJSIP/100 = RINGINUSE"));
  event(0, "PJSIP/100", "UNKNOWN");
  EXPECT_THAT(written(), ElementsAre("2: Custom:PJSIP/100 = INVALID", "3: Custom:PJSIP/100 = RINGING"));
}

TEST_F(DeviceOptions, WithoutAggregationTheThirdShowsWhatWasSaidLast) {
  host.option_values.set("aggregate", "no");
  start();
  event(0, "PJSIP/100", "INUSE");
  written();
  event(1, "PJSIP/100", "NOT_INUSE");
  EXPECT_THAT(written(), ElementsAre("1: Custom:PJSIP/100 = NOT_INUSE", "3: Custom:PJSIP/100 = NOT_INUSE"));
  event(1, "PJSIP/100", "UNKNOWN");
  EXPECT_THAT(written(), ElementsAre("1: Custom:PJSIP/100 = INVALID", "3: Custom:PJSIP/100 = INUSE"));
}

TEST_F(DeviceOptions, ServersOfAnotherZoneAreWrittenNothing) {
  host.set_zones(0, {"north"});
  host.set_zones(1, {"north", "south"});
  host.set_zones(2, {"south"});
  start();
  event(0, "PJSIP/100", "INUSE");
  EXPECT_THAT(written(), ElementsAre("2: Custom:PJSIP/100 = INUSE"));
}

// --- custom --------------------------------------------------------------------------------------------------------

TEST_F(DeviceOptions, CustomDevicesAreNotSharedUnlessAskedFor) {
  start({{0, {item("Custom:night", "INUSE")}}});
  event(0, "Custom:night", "INUSE");
  EXPECT_THAT(written(), IsEmpty());
  EXPECT_EQ(host.counted("ignored_events"), 1U);
}

class SharedCustomDevices : public DeviceOptions {
 protected:
  SharedCustomDevices() {
    host.option_values.set("custom", "yes");
    host.option_values.set("name_template", "Custom:{technology}-{name}");
  }
};

TEST_F(SharedCustomDevices, AreAlikeOnAllServersAndTheirEchoesGoNowhere) {
  start();
  event(0, "Custom:night", "INUSE");
  EXPECT_THAT(written(), ElementsAre("2: Custom:night = INUSE", "3: Custom:night = INUSE"));
  event(1, "Custom:night", "INUSE");
  event(2, "Custom:night", "INUSE");
  EXPECT_THAT(written(), IsEmpty());
  EXPECT_EQ(host.counted("echoes"), 2U);
  event(2, "Custom:night", "NOT_INUSE");
  EXPECT_THAT(written(), ElementsAre("1: Custom:night = NOT_INUSE", "2: Custom:night = NOT_INUSE"));
}

TEST_F(SharedCustomDevices, AreNotThoseThatTheBrokerWritesForNativeOnes) {
  start();
  event(0, "PJSIP/100", "INUSE");
  written();
  event(1, "Custom:PJSIP-100", "INUSE");
  event(1, "Custom:PJSIP-999", "INUSE");
  EXPECT_THAT(written(), IsEmpty());
  EXPECT_EQ(host.counted("ignored_events"), 2U);
}

TEST_F(SharedCustomDevices, GoOnBeingSharedIfADeviceOfThatNameAppears) {
  start();
  event(2, "PJSIP/2001", "BUSY");
  event(2, "PJSIP/night", "BUSY");
  written();
  event(1, "Custom:2001", "NOT_INUSE");
  event(1, "Custom:night", "NOT_INUSE");
  EXPECT_THAT(written(), UnorderedElementsAre("1: Custom:2001 = NOT_INUSE", "3: Custom:2001 = NOT_INUSE",
                                              "1: Custom:night = NOT_INUSE", "3: Custom:night = NOT_INUSE"));
}

TEST_F(SharedCustomDevices, ThatWereSharedBeforeADeviceOfThatNameAppearedAreCorrectedIfTheyDiffer) {
  start();
  event(1, "Custom:2001", "INUSE");
  written();
  event(2, "PJSIP/2001", "BUSY");
  written();
  host.take_down(plugin, 0);
  host.bring_up(plugin, 0);
  read({{0, {item("Custom:PJSIP-2001", "BUSY")}}});
  EXPECT_THAT(written(), ElementsAre("1: Custom:2001 = INUSE"));
}

TEST_F(SharedCustomDevices, WithoutAStateAreLeftAlone) {
  start();
  event(0, "Custom:night", "INUSE");
  written();
  event(1, "Custom:night", "UNKNOWN");
  EXPECT_THAT(written(), IsEmpty());
  EXPECT_EQ(host.counted("ignored_events"), 1U);
}

TEST_F(SharedCustomDevices, ThatAServerHasFromBeforeTheBrokerStartedSpread) {
  start({{1, {item("Custom:night", "INUSE")}}});
  EXPECT_THAT(written(), UnorderedElementsAre("1: Custom:night = INUSE", "3: Custom:night = INUSE"));
}

TEST_F(SharedCustomDevices, ThatAFilterHoldsBackAreNeitherSharedNorFoundInLists) {
  host.option_values.set("exclude", "Custom:private*");
  host.option_values.set("max_devices", "1");
  start({{1, {item("Custom:private1", "INUSE")}}});
  event(0, "Custom:private2", "INUSE");
  EXPECT_THAT(written(), IsEmpty());
  EXPECT_EQ(host.counted("ignored_events"), 1U);
  event(0, "Custom:night", "INUSE");
  EXPECT_EQ(written().size(), 2U) << "they take no place";
}

TEST_F(SharedCustomDevices, ThatOneServerDoesNotShareAreCorrectedThereAndNotTakenFromThere) {
  host.set_filters(1, {}, {"Custom:*"});
  start();
  event(0, "Custom:night", "INUSE");
  EXPECT_THAT(written(), ElementsAre("2: Custom:night = INUSE", "3: Custom:night = INUSE"));
  host.clock.advance(std::chrono::seconds(1));  // so that it is read at once
  plugin.on_event(1, MessageBuilder("LoadZmq").message());
  read({{1, {item("Custom:night", "BUSY")}}});
  EXPECT_THAT(written(), ElementsAre("2: Custom:night = INUSE"));
  host.clock.advance(std::chrono::seconds(1));  // so that it is read at once
  plugin.on_event(1, MessageBuilder("LoadZmq").message());
  read({{1, {item("Custom:night", "UNKNOWN")}}});
  EXPECT_THAT(written(), ElementsAre("2: Custom:night = INUSE"));
}

// --- name_template -------------------------------------------------------------------------------------------------

TEST_F(DeviceOptions, ADeviceIsWrittenUnderTheNameOfTheTemplate) {
  host.option_values.set("name_template", "Custom:{technology}-{name}");
  start({{0, {item("PJSIP/100", "INUSE")}}, {1, {item("Custom:PJSIP-100", "INUSE")}}});
  EXPECT_THAT(written(), ElementsAre("3: Custom:PJSIP-100 = INUSE"));
  event(1, "Queue:sales", "RINGING");
  EXPECT_THAT(written(), ElementsAre("1: Custom:Queue-sales = RINGING", "3: Custom:Queue-sales = RINGING"));
}

TEST_F(DeviceOptions, ATemplateThatCannotBeUsedEndsTheStart) {
  host.option_values.set("name_template", "{device}");
  EXPECT_THROW(start(), std::invalid_argument);
}

// --- Filters -------------------------------------------------------------------------------------------------------

TEST_F(DeviceOptions, WhatAFilterHoldsBackIsIgnoredInEventsAndLists) {
  host.option_values.set("include", "PJSIP/*");
  host.set_filters(1, {}, {"PJSIP/9*"});
  start({{0, {item("Queue:a", "INUSE"), item("PJSIP/1", "INUSE")}}, {1, {item("PJSIP/91", "INUSE")}}});
  EXPECT_THAT(written(), UnorderedElementsAre("2: Custom:PJSIP/1 = INUSE", "3: Custom:PJSIP/1 = INUSE"));
  event(0, "Queue:a", "INUSE");
  event(1, "PJSIP/91", "INUSE");
  EXPECT_THAT(written(), IsEmpty());
  EXPECT_EQ(host.counted("ignored_events"), 2U);
  event(0, "PJSIP/91", "INUSE");
  EXPECT_THAT(written(), ElementsAre("2: Custom:PJSIP/91 = INUSE", "3: Custom:PJSIP/91 = INUSE"));
}

// --- Lists ---------------------------------------------------------------------------------------------------------

TEST_F(DeviceOptions, AListSaysWhatTheServersDevicesAreAndWhatItHolds) {
  start({{0,
          {item("PJSIP/1", "INUSE"), item("PJSIP/2", "UNKNOWN"), item("PJSIP/3", "SLEEPING"), item("", "INUSE"),
           item("Local/1@x", "INUSE"), item("PJSIP/a)b", "INUSE")}},
         {1, {item("Custom:PJSIP/1", "INUSE")}},
         {2, {item("Custom:PJSIP/1", "BUSY"), item("custom:PJSIP/1", "INUSE")}}});
  EXPECT_THAT(written(), ElementsAre("3: Custom:PJSIP/1 = INUSE"));
}

TEST_F(DeviceOptions, ADeviceThatIsNotListedAnyMoreAndOneThatIsUnknownAreWithdrawn) {
  start({{0, {item("PJSIP/1", "INUSE"), item("PJSIP/2", "INUSE"), item("PJSIP/3", "INUSE")}}});
  EXPECT_EQ(written().size(), 6U);
  host.clock.advance(std::chrono::seconds(1));
  plugin.on_events_lost(0, 1);
  read({{0, {item("PJSIP/1", "UNKNOWN"), item("PJSIP/3", "INUSE")}}});
  EXPECT_THAT(written(), UnorderedElementsAre("2: Custom:PJSIP/1 = INVALID", "3: Custom:PJSIP/1 = INVALID",
                                              "2: Custom:PJSIP/2 = INVALID", "3: Custom:PJSIP/2 = INVALID"));
}

TEST_F(DeviceOptions, WhatAnEarlierBrokerLeftBehindIsCleared) {
  start({{0, {item("PJSIP/1", "INUSE")}},
         {1, {item("Custom:PJSIP/1", "INUSE"), item("Custom:PJSIP/2", "INUSE"), item("Custom:DND/2", "INUSE")}},
         {2, {item("Custom:PJSIP/1", "INUSE")}}});
  host.clock.advance(replication::Distributor::first_orphans);
  EXPECT_THAT(written(), ElementsAre("2: Custom:PJSIP/2 = INVALID"));
}

TEST_F(DeviceOptions, WhatAnEarlierBrokerLeftBehindIsClearedEvenIfNoServerHasADeviceOfThatTechnology) {
  start({{1, {item("Custom:Queue:sales", "INUSE"), item("Custom:DND/2", "INUSE")}}});
  host.clock.advance(replication::Distributor::first_orphans);
  EXPECT_THAT(written(), ElementsAre("2: Custom:Queue:sales = INVALID"));
}

TEST_F(DeviceOptions, AServerThatIsAddedShowsTheOthersAndTheyShowIt) {
  start();
  event(0, "PJSIP/100", "INUSE");
  written();
  const ServerId four = host.add_server(plugin, "Four");
  host.bring_up(plugin, four);
  read({{four, {item("PJSIP/104", "RINGING")}}});
  EXPECT_THAT(written(), UnorderedElementsAre("4: Custom:PJSIP/100 = INUSE", "1: Custom:PJSIP/104 = RINGING",
                                              "2: Custom:PJSIP/104 = RINGING", "3: Custom:PJSIP/104 = RINGING"));
  event(four, "PJSIP/104", "INUSE");
  EXPECT_THAT(written(), UnorderedElementsAre("1: Custom:PJSIP/104 = INUSE", "2: Custom:PJSIP/104 = INUSE",
                                              "3: Custom:PJSIP/104 = INUSE"));
}

TEST_F(DeviceOptions, WhatARetiredServerSaidIsTakenBackAtOnce) {
  start();
  event(0, "PJSIP/100", "INUSE");
  event(1, "PJSIP/100", "RINGING");
  written();
  host.retire_server(plugin, 0);
  EXPECT_THAT(written(), UnorderedElementsAre("2: Custom:PJSIP/100 = INVALID", "3: Custom:PJSIP/100 = RINGING"));
}

TEST_F(DeviceOptions, AnAddedServersFiltersHoldForIt) {
  start();
  const ServerId four = host.add_server(plugin, "Four");
  host.set_filters(four, {"PJSIP/1*"}, {});
  host.tell_changed(plugin, four);
  host.bring_up(plugin, four);
  read({{four, {item("PJSIP/104", "RINGING"), item("PJSIP/204", "RINGING")}}});
  event(four, "PJSIP/205", "RINGING");
  EXPECT_THAT(written(), UnorderedElementsAre("1: Custom:PJSIP/104 = RINGING", "2: Custom:PJSIP/104 = RINGING",
                                              "3: Custom:PJSIP/104 = RINGING"));
}

TEST_F(DeviceOptions, ChangedFiltersAndZonesApplyAtOnce) {
  start();
  event(0, "PJSIP/100", "INUSE");
  event(0, "PJSIP/200", "INUSE");
  written();
  host.clock.advance(std::chrono::seconds(1));  // so that it is read at once
  host.set_filters(0, {}, {"PJSIP/2*"});
  host.tell_changed(plugin, 0);
  event(0, "PJSIP/200", "BUSY");
  read({{0, {item("PJSIP/100", "INUSE"), item("PJSIP/200", "BUSY")}}});
  EXPECT_THAT(written(), UnorderedElementsAre("2: Custom:PJSIP/200 = INVALID", "3: Custom:PJSIP/200 = INVALID"));
  host.set_zones(0, {"alone"});
  host.tell_changed(plugin, 0);
  EXPECT_THAT(written(), UnorderedElementsAre("2: Custom:PJSIP/100 = INVALID", "3: Custom:PJSIP/100 = INVALID"));
}

TEST_F(DeviceOptions, AServerThatSaysWhoItIsChangesNothing) {
  start();
  event(0, "PJSIP/100", "INUSE");
  written();
  host.set_identity(1, "22.1.0", "pbx");
  host.tell_changed(plugin, 1);
  EXPECT_THAT(host.requests, IsEmpty());
}

TEST_F(DeviceOptions, AReportSaysWhatIsKnown) {
  start({{0, {item("PJSIP/1", "INUSE")}}});
  written();
  plugin.on_report();
  EXPECT_EQ(host.logged(Level::info, "Custom:PJSIP/1: server-1 says INUSE; held by 2 servers: INUSE (since 0 s)"), 1U);
}

}  // namespace
}  // namespace amibroker::device_state
