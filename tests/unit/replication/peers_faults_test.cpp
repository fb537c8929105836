// SPDX-License-Identifier: Apache-2.0
//
// Brokers that were stopped, start again, do not hear each other, or are lied to.
#include <gtest/gtest.h>

#include "tests/unit/replication/brokers.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(Brokers, OneThatWasStoppedDoesNotGoOnToLead) {
  start(0);
  start(1);
  pass(seconds(5));
  stop(0);
  pass(seconds(8));
  ASSERT_TRUE(leads(1));
  EXPECT_TRUE(peers(0).stood_still(now_));
  go_on(0);
  EXPECT_FALSE(leads(0)) << "before it reads anything";
  pass(seconds(10));
  EXPECT_FALSE(leads(0));
  EXPECT_TRUE(leads(1));
}

TEST_F(Brokers, OneThatWasStoppedForAMomentGoesOnToLead) {
  start(0);
  start(1);
  pass(seconds(5));
  stop(0);
  pass(milliseconds(750));
  go_on(0);
  pass(seconds(5));
  EXPECT_TRUE(leads(0));
  EXPECT_FALSE(leads(1));
}

TEST_F(Brokers, MarksOfBeforeItWasStoppedProveNothing) {
  start(0);
  start(1);
  pass(seconds(5));
  stop(0);
  pass(seconds(1));
  kill(1);
  pass(seconds(7));
  for (Place place = 0; place < servers; ++place) freeze(place);
  go_on(0);
  pass(seconds(2));
  EXPECT_FALSE(leads(0));
  for (Place place = 0; place < servers; ++place) thaw(place);
  pass(seconds(2));
  EXPECT_TRUE(leads(0)) << "its next mark came back, and nobody else leads";
}

TEST_F(Brokers, OnAServerThatPublishesNothingNobodyLeadsAndOneAfterwards) {
  start(0);
  start(1);
  pass(seconds(5));
  freeze(0);
  pass(seconds(5));
  EXPECT_FALSE(leads(0, 0));
  EXPECT_FALSE(leads(1, 0));
  EXPECT_TRUE(leads(0, 1));
  thaw(0);
  pass(seconds(3));
  EXPECT_NE(leads(0, 0), leads(1, 0));
}

TEST_F(Brokers, ABetterOneThatDoesNotTakeOverIsNotWaitedForWithoutEnd) {
  start(1);
  pass(seconds(1));
  Mark mark{.life = {1, 0}, .number = 1, .fleet = 0, .section = {}, .reach = servers, .leads = true};
  peers(1).heard(0, mark, now_);
  ASSERT_FALSE(leads(1));
  mark.leads = false;
  for (int i = 0; i < 5; ++i) {
    ++mark.number;
    peers(1).heard(0, mark, now_);
    pass(seconds(1));
  }
  EXPECT_TRUE(leads(1));
}

TEST_F(Brokers, OnAServerThatTakesNoMarksOneLeadsOnlyIfItHearsNobodyElse) {
  start(0);
  start(1);
  pass(seconds(5));
  peers(1).refused(0);
  kill(0);
  freeze(0);
  pass(seconds(3));
  EXPECT_TRUE(leads(1, 0)) << "without a mark that came back";
}

TEST_F(Brokers, AMarkThatComesLateOrTwiceSaysNothing) {
  start(1);
  Mark mark{.life = {1, 0}, .number = 5, .fleet = 0, .section = {}, .reach = servers, .leads = false};
  peers(1).heard(0, mark, now_);
  mark.number = 4;
  mark.leads = true;
  peers(1).heard(0, mark, now_);
  EXPECT_TRUE(leads(1));
  mark.number = 5;
  peers(1).heard(0, mark, now_);
  EXPECT_TRUE(leads(1));
}

TEST_F(Brokers, InventedLivesCostLittle) {
  start(1);
  for (std::uint32_t i = 0; i < 100'000; ++i)
    peers(1).heard(0, {.life = {5, i}, .number = 1, .fleet = 0, .section = {}, .reach = 0, .leads = false}, now_);
  EXPECT_TRUE(leads(1));
  pass(seconds(70));
  EXPECT_FALSE(peers(1).any());
}

TEST_F(Brokers, OneThatIsKilledAndStartedAtOnceIsTakenOverFrom) {
  start(0);
  start(1);
  pass(seconds(5));
  kill(0);
  now_ += milliseconds(200);
  start(2, false);
  pass(milliseconds(2750));
  EXPECT_TRUE(leads(1)) << "the new one is not ready, so it does not say that it leads";
  EXPECT_FALSE(leads(2));
  for (Place place = 0; place < servers; ++place) peers(2).ready(place);
  pass(seconds(5));
  EXPECT_TRUE(leads(1));
  EXPECT_FALSE(leads(2));
}

TEST_F(Brokers, OneThatStartsAndHasHeardAnotherOneWaitsOnTheOtherServersForWhatItSays) {
  start(0);
  freeze(1);
  freeze(2);
  start(1, false);
  EXPECT_FALSE(leads(1, 1));
  EXPECT_FALSE(leads(1, 2));
  for (Place place = 0; place < servers; ++place) peers(1).ready(place);
  pass(milliseconds(750));
  EXPECT_FALSE(leads(1, 1));
  pass(milliseconds(500));
  EXPECT_TRUE(leads(1, 1)) << "nobody else is there";
  EXPECT_FALSE(leads(1, 0));
}

TEST_F(Brokers, OneThatWasStoppedForLongHasToHearFirstWhoLeads) {
  start(0);
  start(1);
  pass(seconds(5));
  stop(0);
  pass(seconds(90));
  ASSERT_TRUE(leads(1));
  for (Place place = 0; place < servers; ++place) freeze(place);
  go_on(0);
  EXPECT_FALSE(leads(0));
  EXPECT_TRUE(peers(0).any());
}

TEST_F(Brokers, OneThatReachesMoreAndDoesNotLeadIsGivenWayToOnce) {
  start(1);
  pass(seconds(2));
  Mark mark{.life = {1, 0}, .number = 0, .fleet = 0, .section = {}, .reach = servers + 1, .leads = false};
  int changes = 0;
  for (int second = 0; second < 60; ++second) {
    ++mark.number;
    peers(1).heard(0, mark, now_);
    pass(seconds(1));
    changes += static_cast<int>(peers(1).take_changes().size());
  }
  EXPECT_TRUE(leads(1, 0));
  EXPECT_EQ(changes, 2) << "it gave way, and took the lead back";
}

TEST_F(Brokers, WithoutAnyMarkOfASharedServerEachLeadsInTheEnd) {
  start(0);
  start(1);
  pass(seconds(5));
  freeze(0);
  pass(seconds(8));
  EXPECT_FALSE(leads(0, 0));
  EXPECT_FALSE(leads(1, 0));
  pass(seconds(4));
  EXPECT_TRUE(leads(0, 0));
  EXPECT_TRUE(leads(1, 0)) << "its events do not come, and states have to be written";
  thaw(0);
  pass(seconds(3));
  EXPECT_TRUE(leads(0, 0));
  EXPECT_FALSE(leads(1, 0));
}

TEST_F(Brokers, MarksThatContradictEachOtherChangeTheLeadAFewTimesASecondAtMost) {
  start(1);
  pass(seconds(2));
  Mark mark{.life = {1, 0}, .number = 0, .fleet = 0, .section = {}, .reach = 0, .leads = false};
  for (int i = 0; i < 10'000; ++i) {
    ++mark.number;
    mark.leads = i % 2 == 0;
    mark.reach = mark.leads ? 4'000'000'000U : 0;
    peers(1).heard(0, mark, now_);
  }
  EXPECT_EQ(peers(1).take_changes().size(), 1U);
}

}  // namespace
}  // namespace amibroker::replication
