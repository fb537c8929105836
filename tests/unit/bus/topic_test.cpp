// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/topic.hpp"

#include <gtest/gtest.h>

namespace amibroker::bus {
namespace {

TEST(Topic, OfAnEventNamesServerAndEvent) {
  std::string topic = "old";
  make_event_topic(topic, "pbx1", "Hangup");
  EXPECT_EQ(topic, "event/pbx1/Hangup");
}

TEST(Topic, OnlyWordsAreNamesOfEvents) {
  for (const char* name : {"Hangup", "DAHDIChannel", "a", "x-y_1"}) EXPECT_TRUE(is_event_name(name)) << name;
  for (const char* name : {"", "a/b", "a b", "a\nb", "\xc3\xa4", "a."}) EXPECT_FALSE(is_event_name(name)) << name;
  EXPECT_TRUE(is_event_name(std::string(longest_event_name, 'x')));
  EXPECT_FALSE(is_event_name(std::string(longest_event_name + 1, 'x')));
}

TEST(Wish, BeginningsOfTopicsMeanAllEvents) {
  for (const char* text : {"", "e", "event", "event/", "event/pbx1", "event/pbx1/", "event/a/b/"})
    EXPECT_EQ(wish_of(text).kind, Wish::Kind::all) << text;
}

TEST(Wish, AWholeTopicMeansOneEvent) {
  const Wish wish = wish_of("event/pbx1/Hangup");
  EXPECT_EQ(wish.kind, Wish::Kind::one);
  EXPECT_EQ(wish.name, "Hangup");
  EXPECT_EQ(wish_of("event/a/b/Hangup").name, "Hangup") << "a section may have a slash in its name";
}

TEST(Wish, WhatNoEventCanMatchMeansNothing) {
  for (const char* text : {"events/", "x", "lost/", "server/pbx1", "event/pbx1/Hang up", "event/pbx1/\x01"})
    EXPECT_EQ(wish_of(text).kind, Wish::Kind::nothing) << text;
}

}  // namespace
}  // namespace amibroker::bus
