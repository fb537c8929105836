// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/faults.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace amibroker::sim {
namespace {

std::vector<bool> losses(Faults& faults, int events) {
  std::vector<bool> result;
  for (int i = 0; i < events; ++i) result.push_back(faults.loses_event("Hangup"));
  return result;
}

TEST(Faults, AreNoneAtFirst) {
  Faults faults;
  EXPECT_FALSE(faults.loses_event("Hangup"));
  EXPECT_EQ(faults.next_reply().fault, ReplyFault::none);
  EXPECT_EQ(faults.delay().count(), 0);
}

TEST(Faults, LoseTheNextEventsAndNoMore) {
  Faults faults;
  faults.lose_next_events("Hangup", 2);
  EXPECT_FALSE(faults.loses_event("Newchannel")) << "others pass";
  EXPECT_EQ(losses(faults, 4), (std::vector<bool>{true, true, false, false}));
}

TEST(Faults, LoseTheSameEventsForTheSameSeed) {
  Faults one;
  Faults same;
  Faults other;
  one.lose_events(0.5, 7);
  same.lose_events(0.5, 7);
  other.lose_events(0.5, 8);
  const auto lost = losses(one, 200);
  EXPECT_EQ(losses(same, 200), lost);
  EXPECT_NE(losses(other, 200), lost);
  const auto count = std::count(lost.begin(), lost.end(), true);
  EXPECT_GT(count, 60);
  EXPECT_LT(count, 140);
}

TEST(Faults, MuteLosesAllUntilItEnds) {
  Faults faults;
  faults.mute(true);
  EXPECT_TRUE(faults.loses_event("Hangup"));
  faults.mute(false);
  EXPECT_FALSE(faults.loses_event("Hangup"));
}

TEST(Faults, OfRepliesHappenInOrderOnceEach) {
  Faults faults;
  faults.plan_reply({.fault = ReplyFault::lost});
  faults.plan_reply({.fault = ReplyFault::duplicated});
  EXPECT_EQ(faults.next_reply().fault, ReplyFault::lost);
  EXPECT_EQ(faults.next_reply().fault, ReplyFault::duplicated);
  EXPECT_EQ(faults.next_reply().fault, ReplyFault::none);
}

TEST(Faults, SilenceLosesAllRepliesAndKeepsThePlan) {
  Faults faults;
  faults.plan_reply({.fault = ReplyFault::duplicated});
  faults.silent(true);
  EXPECT_EQ(faults.next_reply().fault, ReplyFault::lost);
  faults.silent(false);
  EXPECT_EQ(faults.next_reply().fault, ReplyFault::duplicated);
}

TEST(Faults, LeaveNothingOnceCleared) {
  Faults faults;
  faults.slow(std::chrono::seconds(1));
  faults.silent(true);
  faults.mute(true);
  faults.lose_events(1, 1);
  faults.clear();
  EXPECT_FALSE(faults.loses_event("Hangup"));
  EXPECT_EQ(faults.next_reply().fault, ReplyFault::none);
  EXPECT_EQ(faults.delay().count(), 0);
}

}  // namespace
}  // namespace amibroker::sim
