// SPDX-License-Identifier: Apache-2.0
//
// Rule 11 of docs/replication.md: a name that somebody else keeps changing is not written without end.
#include "plugins/replication/damper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Dampers : public ::testing::Test {
 protected:
  /// So many changes to two values in turn, 20 ms apart; how long the hold is that the last one began.
  std::optional<milliseconds> flip(int times, Place where = 0) {
    std::optional<milliseconds> hold;
    for (int i = 0; i < times; ++i) {
      hold = damper.changed(what, where, 1 + static_cast<ValueId>(i % 2), now);
      now += milliseconds(20);
    }
    return hold;
  }
  /// Until the hold is over.
  void wait_for_end() {
    ASSERT_TRUE(damper.next_due().has_value());
    now = *damper.next_due();
    EXPECT_EQ(damper.pop_due(now), what);
  }
  Damper damper;
  Damper::What what{7};
  TimePoint now{std::chrono::hours(1)};
};

TEST_F(Dampers, MoreThanTenReturnsInFiveSecondsBeginAHold) {
  EXPECT_EQ(flip(12), std::nullopt) << "the first two were new";
  EXPECT_FALSE(damper.holds(what));
  EXPECT_EQ(flip(1), seconds(1));
  EXPECT_TRUE(damper.holds(what));
  EXPECT_TRUE(damper.holds_any());
  EXPECT_FALSE(damper.holds({8}));
}

TEST_F(Dampers, SlowReturnsDoNot) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(damper.changed(what, 0, 1 + static_cast<ValueId>(i % 2), now), std::nullopt);
    now += milliseconds(600);
  }
}

TEST_F(Dampers, NewValuesDoNot) {
  for (ValueId value = 1; value < 1000; ++value) EXPECT_EQ(damper.changed(what, 0, value, now), std::nullopt);
}

TEST_F(Dampers, TheHoldsGetLongerUpToAMinute) {
  EXPECT_EQ(flip(13), seconds(1));
  for (const int length : {2, 4, 8, 16, 32, 60, 60}) {
    wait_for_end();
    EXPECT_FALSE(damper.holds(what));
    now += milliseconds(10);
    EXPECT_EQ(flip(4), std::nullopt);
    EXPECT_EQ(flip(1), seconds(length)) << "three returns are enough by now";
  }
}

TEST_F(Dampers, AMinuteAfterTheLastHoldAllIsAsItWas) {
  flip(13);
  wait_for_end();
  now += seconds(61);
  EXPECT_EQ(flip(12), std::nullopt);
  EXPECT_EQ(flip(1), seconds(1));
}

TEST_F(Dampers, ChangesDuringAHoldCountForNothing) {
  flip(13);
  EXPECT_EQ(flip(40), std::nullopt);
  wait_for_end();
  now += milliseconds(10);
  EXPECT_EQ(flip(2), std::nullopt);
  EXPECT_FALSE(damper.holds(what));
}

TEST_F(Dampers, TwoWithAnotherJitterEndAtAnotherTime) {
  Damper other(0.5);
  for (int i = 0; i < 13; ++i) other.changed(what, 0, 1 + static_cast<ValueId>(i % 2), now + milliseconds(20) * i);
  flip(13);
  EXPECT_EQ(*other.next_due() - *damper.next_due(), milliseconds(125));
}

TEST_F(Dampers, NamesWhereTheChangesCameFromTheNewestFirst) {
  flip(3, 1);
  flip(3, 2);
  flip(3, 1);
  EXPECT_THAT(damper.sources(what), ElementsAre(1, 2));
  EXPECT_THAT(damper.sources({8}), IsEmpty());
}

TEST_F(Dampers, ManyNamesThatChangeOnceAreForgotten) {
  what.key = 10 * Damper::capacity;
  for (KeyId key = 0; key < 3 * Damper::capacity; ++key) damper.changed({key}, 0, 1, now);
  EXPECT_EQ(flip(13), std::nullopt) << "no room";
  now += Damper::window;
  EXPECT_EQ(flip(13), seconds(1));
  int values = 0;
  damper.each_value([&](ValueId) { ++values; });
  EXPECT_EQ(values, static_cast<int>(Damper::remembered)) << "of one name";
}

TEST_F(Dampers, AForgottenHoldEndsWithoutAWordAndItsEndIsNotThatOfTheNextOne) {
  flip(13);
  const TimePoint end = *damper.next_due();
  damper.forget(what);
  EXPECT_FALSE(damper.holds(what));
  now = end - milliseconds(300);
  EXPECT_EQ(flip(13), seconds(1)) << "another name with this number";
  EXPECT_EQ(damper.pop_due(end), std::nullopt);
  EXPECT_TRUE(damper.holds(what));
  EXPECT_EQ(damper.pop_due(end + seconds(2)), what);
}

// --- What the replicator makes of it ---------------------------------------------------------------------------------

constexpr ValueId one = 1;
constexpr ValueId other = 2;

class Fights : public ::testing::Test {
 protected:
  /// Somebody else answers each of our writes to server 1 with the other value.
  int fight(Sharing sharing, int rounds) {
    int writes = 0;
    for (int i = 0; i < rounds; ++i) {
      for (const Write& write : fleet.taken()) {
        ++writes;
        fleet.done(write.target, write.key);
        tell(sharing, write.target, write.value);
        if (write.target == 1) tell(sharing, 1, write.value == one ? other : one);
      }
      fleet.advance(milliseconds(20));
    }
    return writes;
  }
  void tell(Sharing sharing, Place server, ValueId value) {
    if (sharing == Sharing::symmetric) fleet.event(server, 0, value);
    else fleet.replicator.shown_on(server, 0, value, fleet.now);
  }
  Fleet fleet{3};
};

TEST_F(Fights, OverASharedNameAreEndedAndTheLastValueIsWritten) {
  fleet.add_keys(Sharing::symmetric, 1);
  fleet.event(0, 0, one);
  fight(Sharing::symmetric, 50);
  ASSERT_EQ(fleet.replicator.take_held().size(), 1U);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  const ValueId last = fleet.cell(0).desired;
  fleet.event(2, 0, last == one ? other : one);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  fleet.advance(seconds(2));
  const auto writes = fleet.taken();
  ASSERT_FALSE(writes.empty());
  for (const Write& write : writes) EXPECT_NE(write.value, last) << "what was said last";
}

TEST_F(Fights, OverANameThatWeWriteHoldItOnThatServerAlone) {
  fleet.add_keys(Sharing::one_way, 1);
  fleet.origin(0, 0, one);
  fight(Sharing::one_way, 50);
  const auto held = fleet.replicator.take_held();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].what.target, 1U);
  EXPECT_THAT(fleet.taken(), IsEmpty());
  fleet.origin(0, 0, other);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{2, 0, other}));
  fleet.origin(0, 0, one);
  fleet.advance(seconds(2));
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, one})) << "server 2 has a write in flight";
}

TEST_F(Fights, KeepTheNameForAMinute) {
  fleet.add_keys(Sharing::one_way, 1);
  fleet.origin(0, 0, one);
  fight(Sharing::one_way, 50);
  for (Place server = 0; server < 3; ++server) {
    fleet.replicator.list_asked(server);
    static_cast<void>(fleet.replicator.read(server, {}, fleet.now));
  }
  fleet.origin(0, 0, no_value);
  fleet.advance(seconds(10));
  for (const Write& write : fleet.taken()) {
    fleet.done(write.target, write.key);
    tell(Sharing::one_way, write.target, write.value);
  }
  EXPECT_FALSE(fleet.replicator.is_idle(0, fleet.now));
  fleet.advance(seconds(61));
  EXPECT_TRUE(fleet.replicator.is_idle(0, fleet.now));
}

TEST_F(Fights, OfADayCostFewWrites) {
  fleet.add_keys(Sharing::one_way, 1);
  fleet.origin(0, 0, one);
  fight(Sharing::one_way, 50 * 600);
  EXPECT_LT(fight(Sharing::one_way, 50 * 600), 60) << "in ten minutes";
}

TEST_F(Fights, ALampThatBlinksIsNone) {
  fleet.add_keys(Sharing::symmetric, 1);
  for (int i = 0; i < 100; ++i) {
    fleet.event(0, 0, i % 2 == 0 ? one : other);
    for (const Write& write : fleet.taken()) {
      fleet.done(write.target, write.key);
      fleet.event(write.target, 0, write.value);
    }
    fleet.advance(milliseconds(100));
  }
  EXPECT_THAT(fleet.replicator.take_held(), IsEmpty());
}

}  // namespace
}  // namespace amibroker::replication
