// SPDX-License-Identifier: Apache-2.0
//
// Topics, options, and what waits to be published.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <amibroker/testing/fake_options.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../settings.hpp"
#include "../states.hpp"
#include "../topic.hpp"

namespace mqtt {
namespace {

using amibroker::testing::FakeOptionReport;
using amibroker::testing::FakeOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string level(std::string_view name) {
  std::string text;
  append_level(text, name);
  return text;
}

TEST(Topic, ANameIsOneLevelWhateverItHolds) {
  EXPECT_EQ(level("PJSIP/100"), "PJSIP%2F100");
  EXPECT_EQ(level("Custom:door_1-a.b@x"), "Custom:door_1-a.b@x");
  EXPECT_EQ(level("a+b#c%d e"), "a%2Bb%23c%25d%20e");
  EXPECT_EQ(level("$SYS"), "$SYS") << "harmless, for no topic begins with it";
  EXPECT_EQ(level("J\xc3\xb6rg"), "J%C3%B6rg");
  EXPECT_EQ(level(std::string("\0\x01\n\x7f\xff", 5)), "%00%01%0A%7F%FF");
}

TEST(Topic, TwoNamesNeverHaveTheSameLevel) {
  std::set<std::string> levels;
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second)
      EXPECT_TRUE(levels.insert(level(std::string{static_cast<char>(first), static_cast<char>(second)})).second);
  EXPECT_NE(level("a/b"), level("a%2Fb"));
}

TEST(Topic, APrefixIsOneThatMqttTakes) {
  for (const char* prefix : {"amibroker", "a/b", "home-1/phones"}) EXPECT_EQ(fault_of_prefix(prefix), "") << prefix;
  for (const char* prefix : {"", "/", "/a", "a/", "a//b", "$SYS", "a+", "#", "a b", "a%", "\xc3\xb6", "a\x01"})
    EXPECT_NE(fault_of_prefix(prefix), "") << prefix;
  EXPECT_NE(fault_of_prefix(std::string(101, 'a')), "");
}

std::vector<std::string> mistakes(const std::vector<std::pair<std::string, std::string>>& values) {
  FakeOptions options(option_table);
  for (const auto& [key, value] : values) options.set(key, value);
  FakeOptionReport report;
  check_settings(options, report);
  return report.mistakes;
}

TEST(Settings, MistakesAreNamedWithTheirKey) {
  EXPECT_THAT(mistakes({}), IsEmpty());
  EXPECT_THAT(mistakes({{"host", ""}}), ElementsAre(HasSubstr("host must not be empty")));
  EXPECT_THAT(mistakes({{"prefix", "a/#"}}), ElementsAre(HasSubstr("prefix must be of letters")));
  EXPECT_THAT(mistakes({{"password", "x"}}), ElementsAre(HasSubstr("password needs username")));
  EXPECT_THAT(mistakes({{"tls_ca", "/no/such/file"}}),
              ElementsAre(HasSubstr("tls_ca names a file that cannot be read")));
  EXPECT_THAT(mistakes({{"client_id", std::string(201, 'x')}}), ElementsAre(HasSubstr("client_id is longer")));
}

TEST(Settings, DefaultsAreThoseOfMosquitto) {
  FakeOptions options(option_table);
  EXPECT_EQ(Settings::read(options).port, 1883);
  EXPECT_THAT(Settings::read(options).client_id, HasSubstr("amibroker@"));
  options.set("tls_ca", "/etc/ssl/certs/ca-certificates.crt");
  EXPECT_EQ(Settings::read(options).port, 8883);
  options.set("port", "18");
  EXPECT_EQ(Settings::read(options).port, 18);
}

TEST(Settings, CopiesAndChannelsAreNotPublished) {
  const Settings settings = Settings::read(FakeOptions(option_table));
  for (const char* name : {"PJSIP/100", "Custom:door", "Queue:sales", "CustomPresence:100", "SIP:anna"})
    EXPECT_TRUE(settings.wants(name)) << name;
  for (const char* name : {"Custom:PJSIP/100", "Custom:zmq-ami-broker", "CustomPresence:SIP:anna", "Local/100@a-1;1",
                           "custom:pjsip/100", "Snoop/1-2"})
    EXPECT_FALSE(settings.wants(name)) << name;
}

/// What waits, as `TOPIC=STATE`; nothing waits afterwards.
std::vector<std::string> take_all(States& states) {
  std::vector<std::string> all;
  while (states.waits()) {
    std::string text;
    const std::string_view state = states.first(text);
    all.push_back(text.append("=").append(state));
    states.pop_first();
  }
  return all;
}

TEST(States, OnlyTheLatestOfAChangeWaits) {
  States states("p", 10);
  States::Place& place = states.place("one");
  states.set(place, Kind::device, "PJSIP/1", "INUSE");
  states.set(place, Kind::device, "PJSIP/2", "BUSY");
  states.set(place, Kind::device, "PJSIP/1", "RINGING");
  EXPECT_THAT(take_all(states), ElementsAre("p/one/device/PJSIP%2F1=RINGING", "p/one/device/PJSIP%2F2=BUSY"));
  states.set(place, Kind::device, "PJSIP/1", "RINGING");
  EXPECT_FALSE(states.waits()) << "it is published already";
}

TEST(States, AListTakesAwayWhatItDoesNotNameAndGivesWayToEvents) {
  States states("p", 10);
  States::Place& place = states.place("one");
  states.set(place, Kind::device, "old", "INUSE");
  states.set(place, Kind::device, "kept", "INUSE");
  states.set(place, Kind::presence, "other", "away");
  states.begin_list(place, Kind::device);
  states.set(place, Kind::device, "event", "BUSY");
  states.set(place, Kind::device, "only-event", "BUSY");
  take_all(states);
  states.set_listed(place, Kind::device, "event", "INUSE");
  states.set_listed(place, Kind::device, "kept", "ONHOLD");
  EXPECT_FALSE(states.end_list(place, Kind::device, 0)) << "few names are one slice";
  EXPECT_THAT(take_all(states), ElementsAre("p/one/device/kept=ONHOLD", "p/one/device/old="));
}

TEST(States, WhatIsGoneIsClearedAgainAfterAnOutage) {
  States states("p", 10);
  States::Place& place = states.place("one");
  states.set_status(place, "online");
  states.set(place, Kind::device, "a", "INUSE");
  states.clear(place);
  EXPECT_EQ(take_all(states).size(), 2U);
  states.all_again();
  states.all_again();
  EXPECT_THAT(take_all(states), ElementsAre("p/one/status=", "p/one/device/a="));
}

TEST(States, WhatWaitsAnywayIsNotPublishedTwiceWhenAllIsPublishedAnew) {
  States states("p", 10);
  States::Place& place = states.place("one");
  states.set(place, Kind::device, "a", "INUSE");
  take_all(states);
  states.set_status(place, "online");
  states.set(place, Kind::device, "b", "INUSE");
  states.all_again();
  EXPECT_THAT(take_all(states), ElementsAre("p/one/status=online", "p/one/device/b=INUSE", "p/one/device/a=INUSE"));
}

TEST(States, AServerHasItsOwnBoundAndNamesThatCannotBeAreRefused) {
  States states("p", 2);
  States::Place& one = states.place("one");
  EXPECT_EQ(states.set(one, Kind::device, "a", "INUSE"), States::Taken::yes);
  EXPECT_EQ(states.set(one, Kind::presence, "a", "away"), States::Taken::yes);
  EXPECT_EQ(states.set(one, Kind::device, "b", "INUSE"), States::Taken::full);
  EXPECT_EQ(states.set(one, Kind::device, "a", "BUSY"), States::Taken::yes);
  EXPECT_EQ(states.set(states.place("two"), Kind::device, "b", "INUSE"), States::Taken::yes);
  EXPECT_EQ(states.set(one, Kind::device, "", "INUSE"), States::Taken::refused);
  EXPECT_EQ(states.set(one, Kind::device, std::string(201, 'x'), "INUSE"), States::Taken::refused);
  EXPECT_EQ(states.size(), 3U);
}

TEST(States, OnlyStatesOfAsteriskAreKnown) {
  EXPECT_EQ(known_state(Kind::device, "RINGINUSE"), "RINGINUSE");
  EXPECT_EQ(known_state(Kind::presence, "dnd"), "dnd");
  for (const char* text : {"", "dnd", "inuse", "INUSE\n", "INUSE "}) EXPECT_EQ(known_state(Kind::device, text), "");
}

}  // namespace
}  // namespace mqtt
