// SPDX-License-Identifier: Apache-2.0
//
// Rule 11 of docs/replication.md: of several brokers with the same servers one leads on each.
#include <gtest/gtest.h>

#include "tests/unit/replication/brokers.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(Brokers, OneThatIsAloneLeadsAtOnceAndSendsNoMarks) {
  start(0);
  EXPECT_TRUE(leads(0));
  EXPECT_FALSE(peers(0).any());
  now_ += seconds(100);
  EXPECT_TRUE(peers(0).marks_due(now_).empty());
  EXPECT_FALSE(peers(0).stood_still(now_));
}

TEST_F(Brokers, TheSecondStandsByAtOnce) {
  start(0);
  start(1);
  for (Place place = 0; place < servers; ++place) {
    EXPECT_TRUE(leads(0, place));
    EXPECT_FALSE(leads(1, place));
  }
  pass(seconds(60));
  EXPECT_TRUE(leads(0));
  EXPECT_FALSE(leads(1));
  EXPECT_EQ(peers(0).balance(), (std::pair<std::size_t, std::size_t>{3, 0}));
  EXPECT_EQ(peers(1).balance(), (std::pair<std::size_t, std::size_t>{0, 3}));
}

TEST_F(Brokers, IfTheLeaderFallsSilentTheOtherTakesOverWithinThreeSeconds) {
  start(0);
  start(1);
  pass(seconds(5));
  kill(0);
  pass(milliseconds(1750));
  EXPECT_FALSE(leads(1)) << "it may have lost a mark";
  pass(milliseconds(1000));
  for (Place place = 0; place < servers; ++place) EXPECT_TRUE(leads(1, place));
}

TEST_F(Brokers, WhoComesLaterDoesNotTakeTheLeadAwayThoughItsClockSaysThatItIsOlder) {
  start(1);
  start(0);
  pass(seconds(5));
  EXPECT_TRUE(leads(1));
  EXPECT_FALSE(leads(0));
}

TEST_F(Brokers, OfTwoThatLeadTheYoungerOneYields) {
  start(0);
  for (Place place = 0; place < servers; ++place) freeze(place);
  start(1);
  ASSERT_TRUE(leads(0));
  ASSERT_TRUE(leads(1)) << "they cannot see each other";
  for (Place place = 0; place < servers; ++place) thaw(place);
  now_ += seconds(1);
  mark(1, 0);
  EXPECT_TRUE(leads(0, 0));
  EXPECT_FALSE(leads(1, 0));
}

TEST_F(Brokers, WhoLosesAServerLosesTheLeadThereAlone) {
  start(0);
  start(1);
  pass(seconds(5));
  disconnect(0, 1);
  pass(milliseconds(2750));
  EXPECT_TRUE(leads(1, 1));
  EXPECT_FALSE(leads(0, 1));
}

TEST_F(Brokers, WhoReachesMoreServersLeadsOnAllOfThemInTheEnd) {
  start(0);
  start(1);
  pass(seconds(5));
  disconnect(0, 1);
  pass(seconds(6));
  for (Place place = 0; place < servers; ++place) {
    EXPECT_TRUE(leads(1, place));
    EXPECT_FALSE(leads(0, place));
  }
  connect(0, 1);
  pass(seconds(10));
  for (Place place = 0; place < servers; ++place) EXPECT_TRUE(leads(1, place)) << "who leads goes on leading";
  EXPECT_FALSE(leads(0, 1));
}

TEST_F(Brokers, AServerThatBothLoseForAMomentMovesNoLead) {
  start(0);
  start(1);
  pass(seconds(5));
  disconnect(0, 1);
  pass(seconds(1));
  disconnect(1, 1);
  pass(seconds(10));
  EXPECT_TRUE(leads(0, 0));
  connect(1, 1);
  connect(0, 1);
  pass(seconds(10));
  EXPECT_TRUE(leads(0, 0));
  EXPECT_NE(leads(0, 1), leads(1, 1));
}

TEST_F(Brokers, OfThreeOneTakesOver) {
  start(0);
  start(1);
  start(2);
  pass(seconds(5));
  kill(0);
  pass(seconds(3));
  EXPECT_TRUE(leads(1));
  EXPECT_FALSE(leads(2));
  kill(1);
  pass(seconds(3));
  EXPECT_TRUE(leads(2));
}

TEST_F(Brokers, ALastOneForgetsTheOthersAfterAMinuteAndSendsNoMarks) {
  start(0);
  start(1);
  pass(seconds(5));
  kill(0);
  pass(seconds(30));
  EXPECT_TRUE(peers(1).any());
  pass(seconds(40));
  EXPECT_FALSE(peers(1).any());
  EXPECT_TRUE(leads(1));
}

TEST_F(Brokers, ARetiredServerIsForgotten) {
  start(0);
  start(1);
  pass(seconds(1));
  for (Place place = 0; place < servers; ++place) peers(0).retire_server(place);
  EXPECT_FALSE(peers(0).any());
  peers(0).add_server(1);
  peers(0).ready(1);
  peers(0).up(1, now_);
  EXPECT_TRUE(leads(0, 1));
  EXPECT_EQ(peers(0).next_mark(1, now_).reach, 1U);
}

TEST_F(Brokers, ChangesOfTheLeadAreToldOnce) {
  start(0);
  start(1);
  EXPECT_EQ(peers(1).take_changes().size(), servers);
  EXPECT_TRUE(peers(1).take_changes().empty());
  EXPECT_TRUE(peers(0).take_changes().empty());
}

}  // namespace
}  // namespace amibroker::replication
