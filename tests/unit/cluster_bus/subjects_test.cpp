// SPDX-License-Identifier: Apache-2.0
#include "core/bus/subjects.hpp"

#include <gtest/gtest.h>

#include "core/bus/quotas.hpp"

namespace amibroker::cluster {
namespace {

const Subjects subjects("amib", "berlin", "n0nce");

TEST(Subjects, AreAsThePageAboutRightsSays) {
  EXPECT_EQ(subjects.say("device_state", "st.zone"), "amib.1.say.berlin.device_state.st.zone");
  EXPECT_EQ(subjects.heard("device_state", "hb"), "amib.1.say.*.device_state.hb");
  EXPECT_EQ(subjects.ask("paris", "forwarder:2", "snap"), "amib.1.ask.paris.forwarder:2.snap");
  EXPECT_EQ(subjects.asked("device_state", "snap"), "amib.1.ask.berlin.device_state.snap");
  EXPECT_EQ(subjects.answer("device_state", 7), "_INBOX_berlin.n0nce.device_state.7");
  EXPECT_EQ(subjects.answers(), "_INBOX_berlin.n0nce.>");
}

TEST(Subjects, AreReadAsTheyWereWritten) {
  const std::string said = Subjects("amib", "paris", "x").say("forwarder:2", "st.a.b-_.d");
  const auto say = subjects.read(said);
  ASSERT_TRUE(say);
  EXPECT_EQ(say->kind, Subject::Kind::say);
  EXPECT_EQ(say->site, "paris");
  EXPECT_EQ(say->plugin, "forwarder:2");
  EXPECT_EQ(say->topic, "st.a.b-_.d");
  const std::string answered = subjects.answer("device_state", 18'446);
  const auto answer = subjects.read(answered);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Subject::Kind::answer);
  EXPECT_EQ(answer->number, 18'446U);
  EXPECT_TRUE(is_inbox(answered));
  const std::string asked = subjects.asked("device_state", "snap");
  const auto ask = subjects.read(asked);
  ASSERT_TRUE(ask);
  EXPECT_EQ(ask->kind, Subject::Kind::ask);
  EXPECT_EQ(ask->site, "");
}

TEST(Subjects, NothingElseIsRead) {
  for (const char* const text :
       {"", ".", "amib.1.say", "amib.1.say.", "amib.1.say.paris", "amib.1.say.paris.p", "amib.1.say.paris.p.",
        "amib.1.say.paris.p.a.", "amib.1.say.*.p.a", "amib.1.say.paris.p:.a", "amib.1.say.paris.p:q:r.a",
        "amib.1.ask.paris.p.a", "amib.1.foo.paris.p.a", "_INBOX_berlin.other.p.1", "_INBOX_berlin.n0nce.p.x",
        "_INBOX_berlin.n0nce.p.-1", "_INBOX_berlin.n0nce.p.99999999999999999999", "_INBOX_berlin.n0nce.p."})
    EXPECT_FALSE(subjects.read(text)) << text;
}

TEST(Quotas, WhatFillsAnEmptyPlaceAloneHasRoomAndThenNothingBeyondTheLimits) {
  Quotas quotas({.messages = 3, .bytes = 100});
  EXPECT_FALSE(quotas.take("a", 1)) << "it has no place";
  quotas.add("a");
  quotas.add("b");
  EXPECT_TRUE(quotas.take("a", 1000));
  EXPECT_FALSE(quotas.take("a", 1));
  EXPECT_TRUE(quotas.take("b", 1));
  quotas.give_back("a", 1000);
  EXPECT_TRUE(quotas.take("a", 98));
  EXPECT_TRUE(quotas.take("a", 1));
  EXPECT_FALSE(quotas.take("a", 2));
  EXPECT_TRUE(quotas.take("a", 1));
  EXPECT_FALSE(quotas.take("a", 0)) << "three messages are the most";
}

}  // namespace
}  // namespace amibroker::cluster
