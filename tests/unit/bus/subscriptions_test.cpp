// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/subscriptions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "plugins/bus/topic.hpp"

namespace amibroker::bus {
namespace {

using Result = Subscriptions::Result;
using ::testing::ElementsAre;

Result comes(Subscriptions& subscriptions, const std::string& text) { return subscriptions.take("\1" + text); }
Result goes(Subscriptions& subscriptions, const std::string& text) {
  return subscriptions.take(std::string(1, '\0') + text);
}

TEST(Subscriptions, ServersAreAskedForTheNamesInThem) {
  Subscriptions subscriptions;
  EXPECT_EQ(comes(subscriptions, "event/pbx1/Hangup"), Result::changed);
  EXPECT_EQ(comes(subscriptions, "event/pbx2/Hangup"), Result::changed);
  EXPECT_EQ(comes(subscriptions, "event/pbx1/Newchannel"), Result::changed);
  EXPECT_THAT(subscriptions.wanted()->names, ElementsAre("Hangup", "Newchannel"));
  EXPECT_FALSE(subscriptions.wanted()->all);
  EXPECT_EQ(goes(subscriptions, "event/pbx1/Hangup"), Result::changed);
  EXPECT_THAT(subscriptions.wanted()->names, ElementsAre("Hangup", "Newchannel")) << "that of pbx2 is there";
  EXPECT_EQ(goes(subscriptions, "event/pbx2/Hangup"), Result::changed);
  EXPECT_THAT(subscriptions.wanted()->names, ElementsAre("Newchannel"));
}

TEST(Subscriptions, ABeginningAsksForAllAndItsEndTakesThatBack) {
  Subscriptions subscriptions;
  comes(subscriptions, "event/pbx1/");
  EXPECT_TRUE(subscriptions.wanted()->all);
  goes(subscriptions, "event/pbx1/");
  EXPECT_FALSE(subscriptions.wanted()->all);
}

TEST(Subscriptions, WhatIsThereOrNeverCameChangesNothing) {
  Subscriptions subscriptions;
  comes(subscriptions, "event/");
  EXPECT_EQ(comes(subscriptions, "event/"), Result::unchanged);
  EXPECT_EQ(goes(subscriptions, "event/pbx1/"), Result::unchanged);
  EXPECT_EQ(subscriptions.size(), 1U);
}

TEST(Subscriptions, HostileMessagesAreRefused) {
  Subscriptions subscriptions;
  EXPECT_EQ(subscriptions.take(""), Result::refused);
  EXPECT_EQ(subscriptions.take("\2event/"), Result::refused);
  EXPECT_EQ(comes(subscriptions, "event/" + std::string(longest_subscription, 'x')), Result::refused);
  EXPECT_EQ(subscriptions.size(), 0U);
}

TEST(Subscriptions, TooManyAreRefusedUntilOneGoes) {
  Subscriptions subscriptions;
  for (std::size_t i = 0; i < Subscriptions::most; ++i)
    ASSERT_EQ(comes(subscriptions, "event/pbx1/E" + std::to_string(i)), Result::changed);
  EXPECT_EQ(comes(subscriptions, "event/pbx1/More"), Result::refused);
  goes(subscriptions, "event/pbx1/E7");
  EXPECT_EQ(comes(subscriptions, "event/pbx1/More"), Result::changed);
}

TEST(Wanted, IsWhatASubscriptionIsABeginningOf) {
  Wanted wanted;
  wanted.subscriptions = {"event/pbx1/Hangup", "event/pbx10/", "event/pbx1/A"};
  EXPECT_TRUE(wanted.has("event/pbx1/Hangup"));
  EXPECT_TRUE(wanted.has("event/pbx1/HangupRequest"));
  EXPECT_TRUE(wanted.has("event/pbx10/X"));
  EXPECT_FALSE(wanted.has("event/pbx1/Hang"));
  EXPECT_FALSE(wanted.has("event/pbx1/Newchannel"));
  EXPECT_FALSE(Wanted().has("event/pbx1/Hangup"));
  wanted.subscriptions.emplace("");
  EXPECT_TRUE(wanted.has("event/pbx1/Newchannel"));
}

TEST(Wanted, AgreesWithALookAtEachSubscription) {
  std::mt19937 random(1);
  const auto text = [&] {
    std::string out;
    for (auto left = random() % 6; left > 0; --left) out += "ab"[random() % 2];
    return out;
  };
  for (int round = 0; round < 20'000; ++round) {
    Wanted wanted;
    for (auto left = random() % 5; left > 0; --left) wanted.subscriptions.insert(text());
    const std::string topic = text();
    bool expected = false;
    for (const std::string& one : wanted.subscriptions) expected = expected || topic.starts_with(one);
    ASSERT_EQ(wanted.has(topic), expected) << topic << ::testing::PrintToString(wanted.subscriptions);
  }
}

}  // namespace
}  // namespace amibroker::bus
