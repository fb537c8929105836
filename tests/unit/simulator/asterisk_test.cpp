// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/asterisk.hpp"

#include <gmock/gmock.h>

#include <ostream>
#include <string>

namespace amibroker::sim {
namespace {

using enum DeviceState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

Fields device_event(const std::string& device, const std::string& state) {
  return {{"Event", "DeviceStateChange"}, {"Privilege", "call,all"}, {"Device", device}, {"State", state}};
}

struct WriteCase {
  std::string variable;
  std::string value;
  bool accepted;
};

void PrintTo(const WriteCase& write, std::ostream* out) { *out << write.variable << "=" << write.value; }

class Setvar : public ::testing::TestWithParam<WriteCase> {};

TEST_P(Setvar, IsTakenOrRefusedAsByAsterisk) {
  Asterisk asterisk({});
  EXPECT_EQ(asterisk.set_variable(GetParam().variable, GetParam().value).accepted, GetParam().accepted);
}

INSTANTIATE_TEST_SUITE_P(Writes, Setvar,
                         ::testing::Values(WriteCase{"DEVICE_STATE(Custom:lamp)", "INUSE", true},
                                           WriteCase{"DEVICE_STATE(Custom:PJSIP/100)", "ringing", true},
                                           WriteCase{"DEVICE_STATE(custom:lamp)", "INUSE", true},
                                           WriteCase{"DEVICE_STATE(Custom:lamp)", "UNKNOWN", false},
                                           WriteCase{"DEVICE_STATE(Custom:lamp)", "", false},
                                           WriteCase{"DEVICE_STATE(Custom:)", "INUSE", false},
                                           WriteCase{"DEVICE_STATE(PJSIP/100)", "INUSE", false},
                                           WriteCase{"device_state(Custom:lamp)", "INUSE", false},
                                           WriteCase{"PRESENCE_STATE(CustomPresence:100)", "away,s,m", true},
                                           WriteCase{"PRESENCE_STATE(CustomPresence:100)", "gone", false},
                                           WriteCase{"PRESENCE_STATE(CustomPresence:)", "away", false},
                                           WriteCase{"PRESENCE_STATE(PJSIP:100)", "away", false},
                                           WriteCase{"SHELL(true)", "x", false}, WriteCase{"GLOBAL_NAME", "x", true},
                                           WriteCase{"", "x", false}, WriteCase{")", "x", false}));

TEST(DeviceEvent, ComesOnlyWhenTheStateChanges) {
  Asterisk asterisk({});
  EXPECT_THAT(asterisk.set_device("PJSIP/100", ringing), ElementsAre(device_event("PJSIP/100", "RINGING")));
  EXPECT_THAT(asterisk.set_device("PJSIP/100", ringing), IsEmpty());
  EXPECT_THAT(asterisk.set_variable("DEVICE_STATE(Custom:l)", "BUSY").events,
              ElementsAre(device_event("Custom:l", "BUSY")));
  const auto again = asterisk.set_variable("DEVICE_STATE(Custom:l)", "BUSY");
  EXPECT_TRUE(again.accepted);
  EXPECT_FALSE(again.changed);
  EXPECT_THAT(again.events, IsEmpty());
}

TEST(DeviceEvent, OfALocalChannelComesEachTimeAndIsNotListed) {
  Asterisk asterisk({});
  EXPECT_THAT(asterisk.set_device("Local/1@x", inuse), SizeIs(1));
  EXPECT_THAT(asterisk.set_device("Local/1@x", inuse), SizeIs(1));
  EXPECT_THAT(asterisk.devices(), IsEmpty());
}

TEST(DeviceEvent, NamesTheSystemIfItHasAName) {
  Asterisk asterisk({.system_name = "a1"});
  EXPECT_EQ(asterisk.set_device("PJSIP/1", busy).front().at(2),
            (std::pair<std::string, std::string>("SystemName", "a1")));
}

TEST(CustomDevice, IsCutAt79CharactersWithItsPrefix) {
  Asterisk asterisk({});
  const std::string name(100, 'x');
  const auto written = asterisk.set_variable("DEVICE_STATE(Custom:" + name + ")", "INUSE");
  EXPECT_EQ(written.key, "Custom:" + std::string(72, 'x'));
  EXPECT_EQ(asterisk.device(written.key), inuse);
}

TEST(CustomDevice, KeepsAParenthesisInItsName) {
  Asterisk asterisk({});
  EXPECT_EQ(asterisk.set_variable("DEVICE_STATE(Custom:a(b)c)", "INUSE").key, "Custom:a(b)c");
}

TEST(PresenceEvent, ComesEvenIfNothingChanges) {
  Asterisk asterisk({});
  const std::string variable = "PRESENCE_STATE(CustomPresence:100)";
  EXPECT_TRUE(asterisk.set_variable(variable, "away,s,m").changed);
  const auto again = asterisk.set_variable(variable, "away,s,m");
  EXPECT_FALSE(again.changed);
  EXPECT_THAT(again.events, SizeIs(1));
}

TEST(PresenceEvent, HasSubtypeAndMessageEscaped) {
  Asterisk asterisk({});
  const auto events = asterisk.set_presence("CustomPresence:100", {"dnd", "it's", "line\nline"});
  EXPECT_THAT(events, ElementsAre(Fields{{"Event", "PresenceStateChange"},
                                         {"Privilege", "call,all"},
                                         {"Presentity", "CustomPresence:100"},
                                         {"Status", "dnd"},
                                         {"Subtype", R"(it\'s)"},
                                         {"Message", R"(line\nline)"}}));
  EXPECT_EQ(asterisk.presence("CustomPresence:100"), (Presence{"dnd", "it's", "line\nline"}));
}

TEST(Lamp, AggregatesThePhoneAndItsCustomDevice) {
  Asterisk asterisk({});
  EXPECT_EQ(asterisk.lamp("PJSIP/100"), invalid);
  asterisk.set_device("PJSIP/100", inuse);
  asterisk.set_variable("DEVICE_STATE(Custom:PJSIP/100)", "RINGING");
  EXPECT_EQ(asterisk.lamp("PJSIP/100"), ringinuse);
}

TEST(Lamp, OfADeviceWithoutSlashIsUnknownBeforeItsFirstWrite) {
  const Asterisk asterisk({});
  EXPECT_EQ(asterisk.device("Custom:lamp"), unknown);
  EXPECT_EQ(asterisk.device("Custom:PJSIP/1"), invalid);
}

TEST(ExtensionStatus, ComesOnlyWhenTheLampChanges) {
  Asterisk asterisk({.system_name = {}, .extension_status = true});
  const auto events = asterisk.set_variable("DEVICE_STATE(Custom:PJSIP/100)", "INUSE").events;
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(value_of(events[1], "Exten"), "100");
  EXPECT_EQ(value_of(events[1], "Hint"), "PJSIP/100&Custom:PJSIP/100,CustomPresence:100");
  EXPECT_EQ(value_of(events[1], "StatusText"), "InUse");
  EXPECT_THAT(asterisk.set_device("PJSIP/100", not_inuse), SizeIs(1));  // still in use elsewhere
}

TEST(Restart, BringsACustomDeviceBackUnderTheNameAfterItsSlash) {
  Asterisk asterisk({});
  asterisk.set_variable("DEVICE_STATE(Custom:PJSIP/100)", "INUSE");
  asterisk.set_variable("DEVICE_STATE(Custom:lamp)", "BUSY");
  asterisk.restart();
  EXPECT_THAT(asterisk.devices(), ElementsAre(Pair("Custom:100", inuse), Pair("Custom:lamp", busy)));
  EXPECT_EQ(asterisk.lamp("PJSIP/100"), invalid);
}

TEST(Restart, EndsCallsAndListsNoPhoneBeforeItsFirstEvent) {
  Asterisk asterisk({});
  asterisk.set_device("PJSIP/100", inuse);
  asterisk.restart();
  EXPECT_EQ(asterisk.device("PJSIP/100"), not_inuse);
  EXPECT_THAT(asterisk.devices(), IsEmpty());
  EXPECT_THAT(asterisk.set_device("PJSIP/100", not_inuse), SizeIs(1));
  EXPECT_THAT(asterisk.devices(), SizeIs(1));
}

TEST(Restart, KeepsCustomPresenceOnly) {
  Asterisk asterisk({});
  asterisk.set_variable("PRESENCE_STATE(CustomPresence:100)", "away,,YQ==,e");
  asterisk.set_presence("SIP:200", {"chat", "", ""});
  asterisk.restart();
  EXPECT_THAT(asterisk.presences(), ElementsAre(Pair("CustomPresence:100", Presence{"away", "", "a"})));
}

}  // namespace
}  // namespace amibroker::sim
