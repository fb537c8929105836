// SPDX-License-Identifier: Apache-2.0
//
// Names come and go: which are given back, and how many a server may bring.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/replication/many_names.hpp"

namespace amibroker::replication {
namespace {

using Names = ManyNames;

TEST_F(Names, ADeviceThatIsGoneIsForgottenAfterAWhile) {
  begin();
  call(0, "DAHDI/i1/5");
  EXPECT_EQ(names(), 1U);
  pass_a_while();
  EXPECT_EQ(names(), 0U);
  EXPECT_EQ(distributor->cells(), 0U);
  EXPECT_EQ(host.counted("names_given_back"), 1U);
}

TEST_F(Names, TwentyThousandNamesThatLiveForOneCallLeaveRoomForANewPhone) {
  begin();
  for (int i = 0; i < 20'000; ++i) {
    call(0, "DAHDI/i1/" + std::to_string(i));
    if (i % 100 == 0) pass(std::chrono::seconds(5));
    ASSERT_LE(names(), 500U);
  }
  pass_a_while();
  EXPECT_EQ(names(), 0U);
  device(0, "PJSIP/100", "INUSE");
  EXPECT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.counted("over_limit"), 0U);
}

TEST_F(Names, ANameThatIsGoneWhenItComesUpIsNotTaken) {
  begin();
  device(0, "DAHDI/i1/5", "NOTHING");
  EXPECT_EQ(names(), 0U);
  presence(0, "100", "NOTHING");
  EXPECT_EQ(names(), 0U);
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(Names, ADeviceThatIsThereKeepsItsName) {
  begin();
  device(0, "PJSIP/1", "INUSE");
  presence(1, "100", "away");
  carry_out();
  pass_a_while();
  EXPECT_EQ(names(), 2U);
}

TEST_F(Names, AServerMayBringHalfAndTheOthersHaveTheRest) {
  begin();
  for (int i = 0; i < 900; ++i) device(0, "FAKE/" + std::to_string(i), "INUSE");
  EXPECT_EQ(names(), 500U);
  EXPECT_EQ(host.counted("over_limit"), 400U);
  device(1, "PJSIP/1", "INUSE");
  EXPECT_EQ(names(), 501U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1): \"Custom:FAKE/500\""), 1U);
  EXPECT_EQ(host.logged(Level::warning, "max_names"), 1U);
}

TEST_F(Names, TheWarningIsSaidAgainAfterAnHourWithItsNumber) {
  begin();
  for (int i = 0; i < 510; ++i) device(0, "FAKE/" + std::to_string(i), "INUSE");
  pass(std::chrono::hours(1));
  device(0, "FAKE/900", "INUSE");
  EXPECT_EQ(host.logged(Level::warning, "not distributed (1 since the last such line)"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "not distributed (10 since the last such line)"), 1U);
}

TEST_F(Names, NamesThatComeTooFastAreShownOnceTheServerWasReadAgain) {
  host.option_values.set("max_names", "1000000");
  begin();
  const int names_at_once = static_cast<int>(NameQuotas::burst);
  for (int i = 0; i < names_at_once + 100; ++i) device(0, "PJSIP/" + std::to_string(i), "INUSE");
  EXPECT_EQ(names(), NameQuotas::burst);
  EXPECT_EQ(host.counted("new_names_too_fast"), 100U);
  EXPECT_TRUE(take_reading(host).empty());
  pass(std::chrono::seconds(2));
  EXPECT_FALSE(take_reading(host).empty()) << "it is asked for its states";
}

TEST_F(Names, AServerThatBroughtTooManyIsReadAgainOnceEnoughOfThemAreGone) {
  begin();
  for (int i = 0; i < 501; ++i) device(0, "PJSIP/" + std::to_string(i), "INUSE");
  carry_out();
  for (int i = 0; i < 124; ++i) device(0, "PJSIP/" + std::to_string(i), "NOTHING");
  carry_out();
  pass_a_while();
  EXPECT_EQ(names(), 376U);
  EXPECT_TRUE(take_reading(host).empty());
  device(0, "PJSIP/200", "NOTHING");
  carry_out();
  pass_a_while();
  EXPECT_FALSE(take_reading(host).empty());
  for (int i = 0; i < 60; ++i) {
    pass(std::chrono::seconds(1));
    take_reading(host);
  }
  EXPECT_EQ(names(), 375U);
}

TEST_F(Names, AServerThatIsGoneForGoodGivesItsNamesBack) {
  begin();
  for (int i = 0; i < 500; ++i) device(0, "FAKE/" + std::to_string(i), "INUSE");
  carry_out();
  distributor->server_retired(0);
  carry_out();
  pass_a_while();
  EXPECT_EQ(names(), 0U);
}

TEST_F(Names, WhatAServerCannotSayThatItHoldsIsWrittenAndKeptForAnHour) {
  begin_without_lists_of({1});
  device(0, "PJSIP/1", "NOTHING");
  ASSERT_FALSE(host.requests.empty());
  EXPECT_EQ(host.requests[0].server, 1U);
  carry_out();
  pass_without_lists_of({1}, std::chrono::minutes(59));
  EXPECT_EQ(names(), 1U) << "otherwise it would be written again each time that it comes up";
  pass_without_lists_of({1}, std::chrono::minutes(2));
  EXPECT_EQ(names(), 0U);
}

TEST_F(Names, ANameCountsForTheServerThatHasItAndNotForOneThatShowsIt) {
  start();
  for (ServerId server = 0; server < 3; ++server) up(server);
  std::vector<Item> shown;
  std::vector<Item> devices;
  for (int i = 0; i < 400; ++i) {
    shown.push_back(held("Custom:PJSIP/" + std::to_string(i), "INUSE"));
    devices.push_back(own("Custom:PJSIP/" + std::to_string(i), "INUSE"));
  }
  read({{1, shown}});
  distributor->events_lost(0);
  pause();
  read({{0, devices}});
  EXPECT_EQ(names(), 400U);
  for (int i = 0; i < 450; ++i) device(1, "SIP/" + std::to_string(i), "INUSE");
  EXPECT_EQ(names(), 850U) << "they count no more for the server that was read first";
  for (int i = 400; i < 600; ++i) device(0, "PJSIP/" + std::to_string(i), "INUSE");
  EXPECT_EQ(names(), 950U);
}

TEST_F(Names, OfAServerWhoseListHadTooManyNamesNothingIsTakenForAbsent) {
  start();
  for (ServerId server = 0; server < 3; ++server) up(server);
  std::vector<Item> shown;
  for (int i = 0; i < 501; ++i) shown.push_back(held("Custom:PJSIP/" + std::to_string(i), "INUSE"));
  read({{1, shown}});
  carry_out();
  EXPECT_EQ(names(), 500U);
  device(0, "PJSIP/500", "NOTHING");
  ASSERT_EQ(host.requests.size(), 1U) << "its lamp is lit";
  EXPECT_EQ(host.requests[0].server, 1U);
  EXPECT_EQ(host.requests[0].header("Variable"), "STATE(Custom:PJSIP/500)");
}

TEST_F(Names, NamesThatAreGoneAndThatAServerListsMakeNoListTooLong) {
  start();
  for (ServerId server = 0; server < 3; ++server) up(server);
  std::vector<Item> gone;
  for (int i = 0; i < 2000; ++i) gone.push_back(held("Custom:PJSIP/" + std::to_string(i), "NOTHING"));
  for (int i = 0; i < 2000; ++i) gone.push_back(own("Custom:SIP/" + std::to_string(i), "NOTHING"));
  read({{0, gone}, {1, gone}});
  carry_out();
  EXPECT_LE(names(), 500U);
  EXPECT_EQ(host.counted("over_limit"), 0U);
  pass_a_while();
  EXPECT_EQ(names(), 0U);
  device(0, "DAHDI/i1/5", "NOTHING");
  EXPECT_EQ(names(), 0U);
}

TEST_F(Names, AServerUsesUpOnlyItsOwnWarningsOfBadNames) {
  begin();
  for (int i = 0; i < 100; ++i) device(0, "PJSIP/(" + std::to_string(i), "INUSE");
  EXPECT_EQ(host.logged(Level::warning, "One (server-1)"), WarnedNames::capacity);
  device(1, "PJSIP/(100", "INUSE");
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2): \"Custom:PJSIP/(100\" is not distributed"), 1U);
}

}  // namespace
}  // namespace amibroker::replication
