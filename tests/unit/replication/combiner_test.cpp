// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/combiner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string_view>
#include <vector>

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;

constexpr ValueId idle = 1;
constexpr ValueId ringing = 2;
constexpr ValueId in_use = 3;

class Newest : public ::testing::Test {
 protected:
  explicit Newest(std::vector<std::vector<std::string_view>> zones = std::vector<std::vector<std::string_view>>(3))
      : zones_(std::move(zones)), row_(zones_.size()) {
    for (const auto& zone : zones_) servers_.push_back({static_cast<ServerId>(servers_.size()), {}, {}, zone});
  }
  void say(ServerId server, ValueId value) {
    row_[server].contribution = value;
    row_[server].contributed_as = ++counter;
  }
  std::vector<ValueId> shown() const {
    const Neighbours neighbours(servers_);
    std::vector<ValueId> values(row_.size(), 77);
    std::vector<Cell> cells = row_;
    std::vector<Place> places(cells.size());
    std::iota(places.begin(), places.end(), Place{0});
    NewestWins(neighbours).combine(Row(cells.data(), places, true, neighbours.all()), values);
    return values;
  }

  std::uint32_t counter = 0;

 private:
  std::vector<std::vector<std::string_view>> zones_;
  std::vector<ServerInfo> servers_;
  std::vector<Cell> row_;
};

TEST_F(Newest, IfNobodySaysAnythingNothingIsShown) { EXPECT_THAT(shown(), ElementsAre(no_value, no_value, no_value)); }

TEST_F(Newest, WhatOneServerSaysIsShownByTheOthersAndNotByItself) {
  say(1, in_use);
  EXPECT_THAT(shown(), ElementsAre(in_use, no_value, in_use));
}

TEST_F(Newest, WhatWasSaidLastCountsAndItsOriginShowsWhatWasSaidBefore) {
  say(2, ringing);
  say(0, idle);
  say(1, in_use);
  EXPECT_THAT(shown(), ElementsAre(in_use, idle, in_use));
  say(2, ringing);
  EXPECT_THAT(shown(), ElementsAre(ringing, ringing, in_use));
}

TEST_F(Newest, WhatWasTakenBackDoesNotCountThoughItCameLast) {
  say(0, idle);
  say(1, in_use);
  say(1, no_value);
  EXPECT_THAT(shown(), ElementsAre(no_value, idle, idle));
}

TEST_F(Newest, TheOrderHoldsWhenTheCounterWraps) {
  counter = 0xfffffffeU;
  say(0, idle);    // 0xffffffff
  say(1, in_use);  // 0
  EXPECT_THAT(shown(), ElementsAre(in_use, idle, in_use));
  say(2, ringing);  // 1
  EXPECT_THAT(shown(), ElementsAre(ringing, ringing, in_use));
}

class NewestInZones : public Newest {
 protected:
  NewestInZones() : Newest({{"north"}, {"north", "south"}, {"south"}, {}}) {}
};

TEST_F(NewestInZones, OnlyServersOfAZoneInCommonCount) {
  say(1, idle);
  say(0, in_use);
  EXPECT_THAT(shown(), ElementsAre(idle, in_use, idle, no_value));
  say(2, ringing);
  say(3, in_use);
  EXPECT_THAT(shown(), ElementsAre(idle, ringing, idle, no_value));
}

TEST_F(NewestInZones, TheOrderHoldsWhenTheCounterWraps) {
  counter = 0xfffffffeU;
  say(0, idle);
  say(2, in_use);
  EXPECT_THAT(shown(), ElementsAre(no_value, in_use, no_value, no_value));
}

}  // namespace
}  // namespace amibroker::replication
