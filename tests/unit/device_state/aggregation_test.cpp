// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/aggregation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "plugins/device_state/devices.hpp"

namespace amibroker::device_state {
namespace {

using replication::Cell;
using replication::Neighbours;
using replication::no_value;
using replication::ValueId;
using ::testing::ElementsAre;

std::uint32_t index_of(std::string_view state) {
  for (std::uint32_t i = 0; i < states.size(); ++i)
    if (states[i] == state) return i;
  ADD_FAILURE() << "no such state: " << state;
  return 0;
}

ValueId value_of(std::string_view state) { return state.empty() ? no_value : index_of(state) + 1; }

std::string_view together(std::initializer_list<std::string_view> said) {
  StateSet set = 0;
  for (const std::string_view state : said) set |= StateSet{1} << index_of(state);
  return states[aggregate(set)];
}

/// Asterisk's way: one state after the other, as devstatecombine's table in main/devicestate.c says it.
class Naive {
 public:
  void add(std::string_view state) {
    const bool rings = state == "RINGING" || state == "RINGINUSE";
    const bool is_busy = state == "INUSE" || state == "ONHOLD" || state == "BUSY" || state == "RINGINUSE";
    ringing_ = ringing_ || rings;
    busy_ = busy_ || is_busy;
    const auto rank = [](std::string_view s) {
      constexpr std::array<std::string_view, 9> order{"INVALID", "UNKNOWN", "UNAVAILABLE", "NOT_INUSE", "ONHOLD",
                                                      "RINGING", "INUSE",   "BUSY",        "RINGINUSE"};
      return std::find(order.begin(), order.end(), s) - order.begin();
    };
    if (result_.empty() || rank(state) > rank(result_)) result_ = state;
    if (ringing_ && busy_) result_ = "RINGINUSE";
  }
  [[nodiscard]] std::string_view result() const { return result_; }

 private:
  bool ringing_ = false;
  bool busy_ = false;
  std::string_view result_;
};

TEST(Aggregate, OneStateIsItself) {
  for (const std::string_view state : states) EXPECT_EQ(together({state}), state);
}

TEST(Aggregate, TheStrongestOfTwoCountsInAsterisksOrder) {
  constexpr std::array<std::string_view, 8> order{"INVALID", "UNAVAILABLE", "NOT_INUSE", "ONHOLD",
                                                  "RINGING", "INUSE",       "BUSY",      "RINGINUSE"};
  for (std::size_t strong = 0; strong < order.size(); ++strong)
    for (std::size_t weak = 0; weak < strong; ++weak) {
      if (order[weak] == "RINGING" || (order[weak] == "ONHOLD" && order[strong] == "RINGING")) continue;
      EXPECT_EQ(together({order[weak], order[strong]}), order[strong]) << order[weak];
    }
}

TEST(Aggregate, RingingWithACallIsRingingInUse) {
  for (const char* call : {"INUSE", "ONHOLD", "BUSY", "RINGINUSE"}) EXPECT_EQ(together({"RINGING", call}), "RINGINUSE");
  for (const char* no_call : {"INVALID", "UNAVAILABLE", "NOT_INUSE"})
    EXPECT_EQ(together({"RINGING", no_call}), "RINGING");
}

TEST(Aggregate, EverySetIsWhatAsteriskMakesOfItsStatesOneAfterTheOther) {
  for (StateSet set = 1; set < StateSet{1} << states.size(); ++set) {
    Naive naive;
    for (std::uint32_t i = 0; i < states.size(); ++i)
      if ((set >> i & 1) != 0) naive.add(states[i]);
    EXPECT_EQ(states[aggregate(set)], naive.result()) << "set " << set;
  }
}

/// What each of the servers shows when these are the contributions; "" for none.
class Aggregating : public ::testing::Test {
 protected:
  explicit Aggregating(std::vector<std::vector<std::string_view>> zones = std::vector<std::vector<std::string_view>>(4))
      : zones_(std::move(zones)) {
    for (std::size_t i = 0; i < zones_.size(); ++i) servers_.push_back({static_cast<ServerId>(i), {}, {}, zones_[i]});
  }
  std::vector<std::string_view> shown(const std::vector<std::string_view>& said) const {
    const Neighbours neighbours(servers_);
    std::vector<Cell> row(servers_.size());
    for (std::size_t i = 0; i < row.size(); ++i) row[i].contribution = value_of(said[i]);
    std::vector<ValueId> values(row.size(), 77);
    std::vector<replication::Place> places(row.size());
    std::iota(places.begin(), places.end(), replication::Place{0});
    Aggregation(neighbours).combine(replication::Row(row.data(), places, true, neighbours.all()), values);
    std::vector<std::string_view> texts;
    for (const ValueId value : values) texts.push_back(value == no_value ? "" : states[value - 1]);
    return texts;
  }

 private:
  std::vector<std::vector<std::string_view>> zones_;
  std::vector<ServerInfo> servers_;
};

TEST_F(Aggregating, IfNobodySaysAnythingNothingIsShown) {
  EXPECT_THAT(shown({"", "", "", ""}), ElementsAre("", "", "", ""));
}

TEST_F(Aggregating, WhatOneServerSaysIsShownByAllOthersAndNotByItself) {
  EXPECT_THAT(shown({"", "INUSE", "", ""}), ElementsAre("INUSE", "", "INUSE", "INUSE"));
  EXPECT_THAT(shown({"", "INVALID", "", ""}), ElementsAre("INVALID", "", "INVALID", "INVALID"));
}

TEST_F(Aggregating, EachServerShowsWhatTheOthersSayTogetherWithoutItsOwn) {
  EXPECT_THAT(shown({"NOT_INUSE", "INUSE", "RINGING", ""}), ElementsAre("RINGINUSE", "RINGING", "INUSE", "RINGINUSE"));
}

TEST_F(Aggregating, WhatTwoServersSayAlikeIsShownByBoth) {
  EXPECT_THAT(shown({"INUSE", "INUSE", "NOT_INUSE", ""}), ElementsAre("INUSE", "INUSE", "INUSE", "INUSE"));
}

TEST_F(Aggregating, EveryCombinationIsWhatTheNaiveRuleSays) {
  std::vector<std::string_view> words{""};
  words.insert(words.end(), states.begin(), states.end());
  std::vector<std::string_view> said(4);
  const std::size_t n = words.size();
  for (std::size_t number = 0; number < n * n * n * n; ++number) {
    for (std::size_t i = 0, rest = number; i < said.size(); ++i, rest /= n) said[i] = words[rest % n];
    std::vector<std::string_view> expected;
    for (std::size_t target = 0; target < said.size(); ++target) {
      Naive naive;
      for (std::size_t origin = 0; origin < said.size(); ++origin)
        if (origin != target && !said[origin].empty()) naive.add(said[origin]);
      expected.push_back(naive.result());
    }
    ASSERT_EQ(shown(said), expected) << number;
  }
}

class AggregatingInZones : public Aggregating {
 protected:
  AggregatingInZones() : Aggregating({{"north"}, {"north", "south"}, {"south"}, {}}) {}
};

TEST_F(AggregatingInZones, OnlyServersOfAZoneInCommonCount) {
  EXPECT_THAT(shown({"RINGING", "", "INUSE", "BUSY"}), ElementsAre("", "RINGINUSE", "", ""));
  EXPECT_THAT(shown({"", "BUSY", "", ""}), ElementsAre("BUSY", "", "BUSY", ""));
  EXPECT_THAT(shown({"INUSE", "RINGING", "NOT_INUSE", "BUSY"}), ElementsAre("RINGING", "INUSE", "RINGING", ""));
}

}  // namespace
}  // namespace amibroker::device_state
