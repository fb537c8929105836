// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/device_state/several_sites.hpp"

namespace amibroker::device_state {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(Sites, ACallOnOneShowsOnTheOther) {
  Site& a = add("a", 2);
  Site& b = add("b", 2);
  start_all();
  a.say(0, "PJSIP/100", "RINGING");
  pass(milliseconds(50));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "RINGING");
  EXPECT_EQ(b.held[1]["Custom:PJSIP/100"], "RINGING");
  EXPECT_EQ(a.held[1]["Custom:PJSIP/100"], "RINGING");
  a.say(0, "PJSIP/100", "INUSE");
  a.say(0, "PJSIP/100", "NOT_INUSE");
  pass(milliseconds(50));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "NOT_INUSE");
  EXPECT_EQ(b.writes, 4U);
}

TEST_F(Sites, WhatWasThereBeforeIsAskedFor) {
  Site& a = add("a", 1);
  Site& b = add("b", 1);
  a.own[0] = {{"PJSIP/100", "INUSE"}, {"PJSIP/101", "NOT_INUSE"}};
  start_all();
  EXPECT_EQ(b.held[0], (Held{{"Custom:PJSIP/100", "INUSE"}, {"Custom:PJSIP/101", "NOT_INUSE"}}));
  EXPECT_EQ(b.writes, 2U);
}

TEST_F(Sites, StatesOfAllSitesAreCombined) {
  Site& a = add("a");
  Site& b = add("b");
  Site& c = add("c");
  start_all();
  a.say(0, "PJSIP/100", "RINGING");
  b.say(0, "PJSIP/100", "INUSE");
  pass(milliseconds(50));
  EXPECT_EQ(c.held[0]["Custom:PJSIP/100"], "RINGINUSE");
  EXPECT_EQ(a.held[0]["Custom:PJSIP/100"], "INUSE");
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "RINGING");
}

TEST_F(Sites, WhatWasLostIsAskedFor) {
  Site& a = add("a");
  Site& b = add("b");
  start_all();
  hub_.cut(a.bus, b.bus);
  a.say(0, "PJSIP/100", "INUSE");
  pass(seconds(2));
  EXPECT_EQ(b.held[0].count("Custom:PJSIP/100"), 0U);
  hub_.cut(a.bus, b.bus, false);
  pass(seconds(2));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "INUSE");
}

TEST_F(Sites, ASiteThatIsLostIsNotShown) {
  Site& a = add("a");
  Site& b = add("b");
  start_all();
  a.say(0, "PJSIP/100", "INUSE");
  pass(seconds(1));
  hub_.cut(a.bus, b.bus);
  pass(seconds(59));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "INUSE");
  pass(seconds(3));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "INVALID");
  hub_.cut(a.bus, b.bus, false);
  pass(seconds(2));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "INUSE");
}

TEST_F(Sites, OnlyWhoSharesAZoneIsShown) {
  Site& a = add("a", 2);
  Site& b = add("b", 2);
  a.set_zones(0, {"north"});
  a.set_zones(1, {"south"});
  b.set_zones(0, {"north"});
  b.set_zones(1, {"east"});
  start_all();
  a.say(0, "PJSIP/100", "INUSE");
  a.say(1, "PJSIP/200", "INUSE");
  pass(milliseconds(100));
  EXPECT_EQ(b.held[0], (Held{{"Custom:PJSIP/100", "INUSE"}}));
  EXPECT_TRUE(b.held[1].empty());
}

TEST_F(Sites, WithHintedOnlyWhatHintsNeedIsWritten) {
  Site& a = add("a");
  Site& b = add("b", 2, true);
  b.hints[0] = {"PJSIP/7&Custom:PJSIP/100,CustomPresence:7"};
  start_all();
  a.say(0, "PJSIP/100", "INUSE");
  a.say(0, "PJSIP/200", "INUSE");
  pass(milliseconds(100));
  EXPECT_EQ(b.held[0], (Held{{"Custom:PJSIP/100", "INUSE"}}));
  EXPECT_TRUE(b.held[1].empty());
  b.hints[1] = {"Custom:PJSIP/200"};
  pass(seconds(400));
  EXPECT_EQ(b.held[1], (Held{{"Custom:PJSIP/200", "INUSE"}}));
  EXPECT_EQ(b.held[0].size(), 1U);
}

TEST_F(Sites, AServerThatDoesNotListItsHintsIsWrittenAll) {
  Site& a = add("a");
  Site& b = add("b", 1, true);
  b.lists_hints = false;
  start_all();
  a.say(0, "PJSIP/100", "INUSE");
  pass(milliseconds(100));
  EXPECT_EQ(b.held[0], (Held{{"Custom:PJSIP/100", "INUSE"}}));
  EXPECT_EQ(b.host.logged(Level::warning, "its hints cannot be listed (Permission denied)"), 1U);
}

}  // namespace
}  // namespace amibroker::device_state
