// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/speaker.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Brokers of one site that hear each other's heartbeats at once. The first to start is the oldest.
class SpeakerTest : public ::testing::Test {
 protected:
  struct Broker {
    std::unique_ptr<Speaker> speaker;
    Life life;
    Speaker::Self self{true, false, true, 3, 1'000'000};
    bool deaf = false;
    int began = 0;
  };

  void start(const std::string& name, bool alone = false) {
    ++lives_;
    Broker& broker = brokers_[name];
    broker.life = {lives_, 0};
    broker.speaker = std::make_unique<Speaker>(broker.life);
    broker.self.alone = alone;
  }
  void kill(const std::string& name) { brokers_.erase(name); }
  void pass(milliseconds time) {
    for (const TimePoint end = now_ + time; now_ < end;) {
      now_ += milliseconds(250);
      for (auto& [name, broker] : brokers_) broker.began += broker.speaker->tick(broker.self, now_) ? 1 : 0;
      if ((now_ - TimePoint{}) % seconds(1) != milliseconds(0)) continue;
      for (auto& [name, from] : brokers_)
        for (auto& [other, to] : brokers_)
          if (&from != &to && !from.deaf && !to.deaf && from.self.ready)
            to.speaker->heard(
                {from.life, from.speaker->epoch(), from.speaker->speaks(), from.self.leads, from.self.reach}, now_);
    }
  }
  [[nodiscard]] std::string speaking() const {
    std::string names;
    for (const auto& [name, broker] : brokers_)
      if (broker.speaker->speaks()) names += name;
    return names;
  }
  Broker& at(const std::string& name) { return brokers_.at(name); }

  TimePoint now_{seconds(3600)};
  std::uint64_t lives_ = 0;
  std::map<std::string, Broker> brokers_;
};

TEST_F(SpeakerTest, OneAloneSpeaksAtOnce) {
  start("a", true);
  pass(milliseconds(250));
  EXPECT_EQ(speaking(), "a");
  EXPECT_EQ(at("a").speaker->epoch(), 1'000'000U);
}

TEST_F(SpeakerTest, NobodySpeaksBeforeItIsReady) {
  start("a", true);
  at("a").self.ready = false;
  pass(seconds(10));
  EXPECT_EQ(speaking(), "");
}

TEST_F(SpeakerTest, OfTwoTheOlderSpeaks) {
  start("a");
  start("b");
  pass(seconds(6));
  EXPECT_EQ(speaking(), "a");
  EXPECT_EQ(at("a").began, 1);
  EXPECT_EQ(at("b").began, 0);
}

TEST_F(SpeakerTest, WhoSpeaksGoesOnThoughABetterOneComes) {
  start("old");
  start("b");
  at("old").self.ready = false;
  pass(seconds(6));
  ASSERT_EQ(speaking(), "b");
  at("old").self.ready = true;
  pass(seconds(6));
  EXPECT_EQ(speaking(), "b");
}

TEST_F(SpeakerTest, TheOtherOneTakesOverWithAHigherEpochWithinThreeSeconds) {
  start("a");
  start("b");
  pass(seconds(6));
  const std::uint64_t epoch = at("a").speaker->epoch();
  at("b").self.unix_ms = 5;  // its clock is far behind
  kill("a");
  pass(seconds(4));
  EXPECT_EQ(speaking(), "b");
  EXPECT_GT(at("b").speaker->epoch(), epoch);
}

TEST_F(SpeakerTest, OneThatWasAwayFromTheBusHearsWhoSpeaksBeforeItDoes) {
  start("a");
  start("b");
  pass(seconds(6));
  ASSERT_EQ(speaking(), "a");
  at("a").deaf = true;
  at("a").self.ready = false;
  pass(seconds(5));
  at("a").deaf = false;
  at("a").self.ready = true;
  pass(milliseconds(250));
  EXPECT_EQ(speaking(), "b");
  pass(seconds(5));
  EXPECT_EQ(speaking(), "b");
}

TEST_F(SpeakerTest, IfTwoSpeakTheWorseOneStopsAndTheOtherHasTheHigherEpoch) {
  start("a", true);
  pass(seconds(1));
  start("b", true);
  at("b").self.unix_ms = 2'000'000;
  at("b").deaf = at("a").deaf = true;
  pass(seconds(1));
  ASSERT_EQ(speaking(), "ab");
  const std::uint64_t higher = at("b").speaker->epoch();
  at("b").deaf = at("a").deaf = false;
  at("b").self.alone = at("a").self.alone = false;
  pass(seconds(3));
  EXPECT_EQ(speaking(), "a");
  EXPECT_GT(at("a").speaker->epoch(), higher);
}

TEST_F(SpeakerTest, OneThatLeadsTakesOverFromOneThatDoesNot) {
  start("a");
  start("b");
  pass(seconds(6));
  ASSERT_EQ(speaking(), "a");
  at("a").self.leads = false;
  pass(milliseconds(2500));
  EXPECT_EQ(speaking(), "b");
}

TEST_F(SpeakerTest, IfTheOneThatLeadsIsNotOnTheBusTheOtherSpeaks) {
  start("a");
  start("b");
  at("b").self.leads = false;
  pass(seconds(6));
  ASSERT_EQ(speaking(), "a");
  kill("a");
  pass(seconds(8));
  EXPECT_EQ(speaking(), "b");
}

TEST_F(SpeakerTest, OneThatReachesFewerServersGivesWay) {
  start("a");
  start("b");
  pass(seconds(6));
  at("a").self.reach = 1;
  pass(seconds(8));
  EXPECT_EQ(speaking(), "b");
}

}  // namespace
}  // namespace amibroker::replication
