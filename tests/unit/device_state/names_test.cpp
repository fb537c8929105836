// SPDX-License-Identifier: Apache-2.0
//
// What becomes of names: wrong options, parts that stand for a server or a zone, custom devices that are not shared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/device_state/device_state.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::device_state {
namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::FakeOptionReport;
using amibroker::testing::FakeOptions;
using amibroker::testing::MessageBuilder;
using replication::Item;
using replication::Lists;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

Item item(const std::string& device, const std::string& state) {
  return {{"Event", "DeviceStateChange"}, {"Device", device}, {"State", state}};
}

// --- check_options -------------------------------------------------------------------------------------------------

FakeOptionReport report_of(std::string_view name_template, std::string_view custom = "no") {
  FakeOptions options(DeviceState::options);
  options.set("name_template", name_template);
  options.set("custom", custom);
  FakeOptionReport report;
  DeviceState::check_options(options, report);
  return report;
}

TEST(DeviceOptionCheck, AWrongTemplateIsAMistakeWithWhatToUse) {
  const auto report = report_of("{device}");
  EXPECT_THAT(report.mistakes, ElementsAre(AllOf(StartsWith("name_template = {device}: it must begin with Custom:."),
                                                 HasSubstr("Use Custom:{device}"))));
  EXPECT_THAT(report.examples, IsEmpty());
}

TEST(DeviceOptionCheck, SharedCustomDevicesAndNamesWithASlashDoNotGoTogether) {
  for (const char* text : {"Custom:{device}", "Custom:a/{technology}-{name}"})
    EXPECT_THAT(
        report_of(text, "yes").mistakes,
        ElementsAre(AllOf(StartsWith("custom = yes does not go together with name_template = "), HasSubstr(text),
                          HasSubstr("Use a template without a slash, such as Custom:{technology}-{name}"))));
  EXPECT_THAT(report_of("Custom:{technology}-{name}", "yes").mistakes, IsEmpty());
  EXPECT_THAT(report_of("Custom:{device}").mistakes, IsEmpty());
}

TEST(DeviceOptionCheck, AnExampleShowsWhatComesOutOfTheTemplate) {
  EXPECT_THAT(report_of("Custom:{zone}.{server}.{technology}-{name}").examples,
              ElementsAre("for the other servers, PJSIP/100 of [server-1] in the zone north is "
                          "Custom:north.server-1.PJSIP-100, Queue:sales is Custom:north.server-1.Queue-sales, "
                          "DAHDI/i1/5 is Custom:north.server-1.DAHDI-i1-5"));
}

// --- Names ---------------------------------------------------------------------------------------------------------

class DeviceNames : public ::testing::Test {
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
  std::vector<std::string> written() {
    std::vector<std::string> texts;
    for (; !host.requests.empty(); host.answer())
      texts.push_back(std::to_string(host.requests.front().server + 1) + ": " +
                      std::string(host.requests.front().header("Variable")) + " = " +
                      std::string(host.requests.front().header("Value")));
    return texts;
  }
  void share() {
    host.option_values.set("custom", "yes");
    host.option_values.set("name_template", "Custom:{technology}-{name}");
  }
  void wait() { host.clock.advance(UnsharedLog::delay); }

  FakeHost host{{"One", "Two", "Three"}, DeviceState::options, amibroker::testing::Timeouts::by_the_test};
  DeviceState plugin;
};

TEST_F(DeviceNames, NumbersThatSeveralServersHaveAreKeptApartByTheServer) {
  host.option_values.set("name_template", "Custom:{server}-{technology}-{name}");
  start();
  event(0, "PJSIP/100", "INUSE");
  event(1, "PJSIP/100", "RINGING");
  EXPECT_THAT(written(), UnorderedElementsAre("2: DEVICE_STATE(Custom:server-1-PJSIP-100) = INUSE",
                                              "3: DEVICE_STATE(Custom:server-1-PJSIP-100) = INUSE",
                                              "1: DEVICE_STATE(Custom:server-2-PJSIP-100) = RINGING",
                                              "3: DEVICE_STATE(Custom:server-2-PJSIP-100) = RINGING"));
}

TEST_F(DeviceNames, NumbersOfOneSiteAreAddedUpUnderItsZone) {
  host.option_values.set("name_template", "Custom:{zone}-{technology}-{name}");
  host.set_zones(0, {"north", "all"});
  host.set_zones(1, {"north", "all"});
  host.set_zones(2, {"south", "all"});
  start();
  event(0, "PJSIP/100", "INUSE");
  event(1, "PJSIP/100", "RINGING");
  written();
  event(2, "PJSIP/100", "BUSY");
  EXPECT_THAT(written(), UnorderedElementsAre("1: DEVICE_STATE(Custom:south-PJSIP-100) = BUSY",
                                              "2: DEVICE_STATE(Custom:south-PJSIP-100) = BUSY"));
  event(1, "PJSIP/100", "UNKNOWN");
  EXPECT_THAT(written(), UnorderedElementsAre("1: DEVICE_STATE(Custom:north-PJSIP-100) = INVALID",
                                              "3: DEVICE_STATE(Custom:north-PJSIP-100) = INUSE"));
}

TEST_F(DeviceNames, AServerThatGetsAnotherFirstZoneIsShownUnderTheNewNames) {
  host.option_values.set("name_template", "Custom:{zone}-{technology}-{name}");
  for (ServerId server = 0; server < 3; ++server) host.set_zones(server, {"all"});
  start({{0, {item("PJSIP/100", "INUSE")}}});
  written();
  host.set_zones(0, {"north", "all"});
  host.clock.advance(replication::ReadingPace::least_pause);
  host.tell_changed(plugin, 0);
  read({{0, {item("PJSIP/100", "INUSE")}}});
  EXPECT_THAT(written(), UnorderedElementsAre("2: DEVICE_STATE(Custom:north-PJSIP-100) = INUSE",
                                              "3: DEVICE_STATE(Custom:north-PJSIP-100) = INUSE",
                                              "2: DEVICE_STATE(Custom:all-PJSIP-100) = INVALID",
                                              "3: DEVICE_STATE(Custom:all-PJSIP-100) = INVALID"));
}

// --- Custom devices that are not shared ----------------------------------------------------------------------------

TEST_F(DeviceNames, EachCustomDeviceThatIsNotSharedHasOneLineWithTheReasonAndWhatToDo) {
  share();
  start();
  for (int i = 0; i < 20; ++i) {
    const char* state = i % 2 == 0 ? "INUSE" : "NOT_INUSE";
    event(0, "Custom:DND/100", state);
    event(0, "Custom:DND-100", state);
    event(1, "custom:lower", state);
  }
  EXPECT_THAT(written(), IsEmpty());
  wait();
  event(0, "Custom:DND/100", "INUSE");
  wait();
  EXPECT_EQ(host.logged(Level::warning), 3U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1): \"Custom:DND/100\" is not shared: Asterisk forgets"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "\"Custom:DND-100\" is not shared: its name has the form of `name_template`"),
            1U);
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2): \"custom:lower\" is not shared: what the dialplan sets is"),
            1U);
  EXPECT_EQ(host.logged(Level::warning, "add it to `exclude`"), 3U);
}

TEST_F(DeviceNames, WhatWasToldOfAServerThatIsRetiredIsToldOfAnotherOne) {
  share();
  start();
  event(0, "Custom:DND/100", "INUSE");
  wait();
  host.retire_server(plugin, 0);
  event(1, "Custom:DND/100", "INUSE");
  wait();
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2): \"Custom:DND/100\" is not shared"), 1U);
}

TEST_F(DeviceNames, AServerUsesUpOnlyItsOwnLines) {
  share();
  start();
  for (std::size_t round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < 200; ++i)
      event(0, "Custom:DND/" + std::to_string(round) + "-" + std::to_string(i), "INUSE");
    event(1, "Custom:DND/100", "INUSE");
    event(2, "Custom:DND/100", "INUSE");
    wait();
  }
  EXPECT_EQ(host.logged(Level::warning, "One (server-1)"), replication::WarnedNames::capacity);
  EXPECT_EQ(host.logged(Level::warning, "\"Custom:DND/100\" is not shared"), 1U);
}

TEST_F(DeviceNames, WhatAnAsteriskPublishesAgainOfANameThatWasClearedIsNotExplained) {
  share();
  start();
  event(1, "Custom:PJSIP-100", "INVALID");
  wait();
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(DeviceNames, AnInventedNameOfAnyLengthIsNotRememberedBeyondTheLimit) {
  share();
  host.option_values.set("max_devices", "10");
  start();
  const std::string name = "Custom:" + std::string(60'000, 'x');
  for (int i = 0; i < 100; ++i) {
    event(0, name + std::to_string(i), "INUSE");
    event(0, "Custom:x" + std::to_string(i), "INUSE");
  }
  EXPECT_THAT(written(), SizeIs(2 * 5));
  EXPECT_EQ(host.counted("refused_names"), 100U);
  EXPECT_EQ(host.counted("over_limit"), 95U);
  EXPECT_LE(host.logged(Level::warning), replication::WarnedNames::capacity + 1);
}

TEST_F(DeviceNames, ANameWithAColonIsShared) {
  share();
  start();
  event(0, "Custom:agent:1001", "INUSE");
  EXPECT_THAT(written(),
              ElementsAre("2: DEVICE_STATE(Custom:agent:1001) = INUSE", "3: DEVICE_STATE(Custom:agent:1001) = INUSE"));
}

TEST_F(DeviceNames, WhatIsWrittenForADeviceIsNotExplainedThoughItsEventComesFirst) {
  share();
  start();
  event(1, "Custom:PJSIP-100", "INUSE");
  event(0, "PJSIP/100", "INUSE");
  wait();
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(DeviceNames, WhatAFilterHoldsBackOrWhatIsNotAskedForIsNotExplained) {
  start();
  event(0, "Custom:DND/100", "INUSE");
  wait();
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(DeviceNames, WhatIsExcludedIsNotExplained) {
  share();
  host.set_filters(0, {}, {"Custom:DND*"});
  start();
  event(0, "Custom:DND/100", "INUSE");
  event(0, "Local/1@x", "INUSE");
  wait();
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(DeviceNames, ExplanationsAreBounded) {
  share();
  start();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1000; ++i)
      event(0, "Custom:" + std::to_string(round) + "/" + std::to_string(i) + std::string(60'000, 'x'), "INUSE");
    wait();
  }
  EXPECT_EQ(host.logged(Level::warning), replication::WarnedNames::capacity);
  EXPECT_EQ(host.logged(Level::warning, "further such names are not mentioned"), 1U);
}

}  // namespace
}  // namespace amibroker::device_state
