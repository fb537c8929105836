// SPDX-License-Identifier: Apache-2.0
//
// Rule 11 of docs/replication.md: of several brokers with the same servers one leads on each.
#include "plugins/replication/peers.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Place servers = 3;

/// Brokers with three servers, which publish marks to all that reach them, at once. Broker 0 is the oldest.
class Brokers : public ::testing::Test {
 protected:
  struct Broker {
    std::unique_ptr<Peers> peers;
    std::set<Place> reaches;
    bool stopped = false;
    std::vector<std::pair<Place, Mark>> unread;  ///< while it is stopped
  };

  void start(int number, bool is_ready = true) {
    now_ += seconds(1);
    Broker& broker = brokers_[number];
    broker.peers = std::make_unique<Peers>(Life{static_cast<std::uint64_t>(number) + 1, 0}, servers);
    for (Place place = 0; place < servers; ++place) connect(number, place);
    if (!is_ready) return;
    for (Place place = 0; place < servers; ++place) broker.peers->ready(place);
  }
  void kill(int number) { brokers_.erase(number); }
  void connect(int number, Place place) {
    brokers_.at(number).reaches.insert(place);
    brokers_.at(number).peers->up(place, now_);
    mark(number, place);  // its fence
  }
  void disconnect(int number, Place place) {
    brokers_.at(number).reaches.erase(place);
    brokers_.at(number).peers->down(place, now_);
  }
  void stop(int number) { brokers_.at(number).stopped = true; }
  /// What it did not read meanwhile it reads now.
  void go_on(int number, bool clock_first = true) {
    Broker& broker = brokers_.at(number);
    broker.stopped = false;
    if (clock_first && broker.peers->stood_still(now_)) broker.peers->tick(now_);
    for (const auto& [place, mark] : std::exchange(broker.unread, {})) hear(number, place, mark);
    settle();
  }
  void pass(milliseconds time) {
    for (const TimePoint end = now_ + time; now_ < end;) {
      now_ += Peers::tick_period;
      for (auto& [number, broker] : brokers_)
        if (!broker.stopped && broker.peers->any()) broker.peers->tick(now_);
      settle();
    }
  }
  void mark(int number, Place place) {
    publish(place, brokers_.at(number).peers->next_mark(place, now_));
    settle();
  }
  /// Whatever a broker still has to say is said.
  void settle() {
    for (int rounds = 0; rounds < 20; ++rounds)
      for (auto& [number, broker] : brokers_)
        if (!broker.stopped)
          for (const Place place : broker.peers->marks_due(now_)) publish(place, broker.peers->next_mark(place, now_));
  }
  void publish(Place place, const Mark& mark) {
    if (silent_.contains(place)) return;
    for (auto& [number, broker] : brokers_) {
      if (!broker.reaches.contains(place)) continue;
      if (broker.stopped) broker.unread.emplace_back(place, mark);
      else hear(number, place, mark);
    }
  }
  void hear(int number, Place place, const Mark& mark) {
    Peers& peers = *brokers_.at(number).peers;
    if (mark.life.began_us == static_cast<std::uint64_t>(number) + 1) peers.returned(place, mark.number, now_);
    else peers.heard(place, mark, now_);
  }
  [[nodiscard]] bool leads(int number, Place place = 0) const { return brokers_.at(number).peers->leads(place); }
  [[nodiscard]] Peers& peers(int number) { return *brokers_.at(number).peers; }
  void freeze(Place place) { silent_.insert(place); }
  void thaw(Place place) { silent_.erase(place); }

  TimePoint now_{std::chrono::hours(1)};

 private:
  std::map<int, Broker> brokers_;
  std::set<Place> silent_;  ///< servers that publish nothing
};

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
