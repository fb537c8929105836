// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/registers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace amibroker::replication {
namespace {

using Taken = Registers::Taken;

constexpr std::array<std::string_view, 1> neutral{"not_set"};
constexpr Stamp at(std::int64_t ms) { return static_cast<Stamp>(ms) << 16; }

class RegistersTest : public ::testing::Test {
 protected:
  Taken take(std::string_view value, Stamp stamp, std::string_view name = "x", ZoneId zone = 0) {
    return registers_.take(zone, name, values_.intern(value), stamp);
  }
  [[nodiscard]] std::string value(std::string_view name = "x", ZoneId zone = 0) const {
    const auto* found = registers_.find(zone, name);
    return found == nullptr ? "none" : std::string(values_.text(found->value));
  }

  ValueTable values_{neutral};
  Registers registers_{values_, first_value, 5};
};

TEST_F(RegistersTest, TheLaterChangeCounts) {
  EXPECT_EQ(take("away", at(5)), Taken::value);
  EXPECT_EQ(take("dnd", at(4)), Taken::no);
  EXPECT_EQ(value(), "away");
  EXPECT_EQ(take("dnd", at(6)), Taken::value);
  EXPECT_EQ(value(), "dnd");
  EXPECT_EQ(take("dnd", at(6)), Taken::no);
  EXPECT_EQ(take("dnd", at(7)), Taken::stamp);
}

TEST_F(RegistersTest, WhoeverSawTheSameChangesHoldsTheSame) {
  const std::array<std::tuple<std::string_view, Stamp>, 5> changes{
      {{"away", at(0)}, {"not_set", at(0)}, {"dnd", at(3)}, {"xa", at(3)}, {"chat", at(2)}}};
  std::array<std::size_t, 5> order{0, 1, 2, 3, 4};
  do {
    Registers registers(values_, first_value, 5);
    for (const std::size_t i : order)
      registers.take(0, "x", values_.intern(std::get<0>(changes[i])), std::get<1>(changes[i]));
    EXPECT_EQ(values_.text(registers.find(0, "x")->value), "xa");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(RegistersTest, OfTheSameTimeWhatIsNotNeutralCounts) {
  take("not_set", 0);
  EXPECT_EQ(take("available", 0), Taken::value);
  EXPECT_EQ(take("not_set", 0), Taken::no);
  EXPECT_EQ(value(), "available");
}

TEST_F(RegistersTest, ZonesAndNamesAreApart) {
  take("away", at(5), "x", 0);
  take("dnd", at(5), "x", 1);
  take("xa", at(5), "y", 0);
  EXPECT_EQ(value("x", 0), "away");
  EXPECT_EQ(value("x", 1), "dnd");
  EXPECT_EQ(value("y", 0), "xa");
  EXPECT_EQ(value("y", 1), "none");
}

TEST_F(RegistersTest, HashesAreEqualIfWhatIsNotNeutralIs) {
  Registers other(values_, first_value, 5);
  take("away", at(5));
  take("not_set", at(9), "y");
  other.take(3, "x", values_.intern("dnd"), at(4));
  EXPECT_NE(registers_.hashes(0), other.hashes(3));
  other.take(3, "x", values_.intern("away"), at(5));
  EXPECT_EQ(registers_.hashes(0), other.hashes(3));
  other.take(3, "x", values_.intern("away"), at(6));
  EXPECT_NE(registers_.hashes(0), other.hashes(3)) << "a later stamp is another thing";
}

TEST_F(RegistersTest, TooManyNamesAreRefused) {
  for (const char* name : {"a", "b", "c", "d", "e"}) EXPECT_EQ(take("away", at(1), name), Taken::value);
  EXPECT_EQ(take("away", at(1), "f"), Taken::no_room);
  EXPECT_EQ(take("dnd", at(2), "a"), Taken::value);
}

TEST_F(RegistersTest, NamesComeInOrderAfterTheGivenOne) {
  for (const char* name : {"c", "a", "b"}) take("away", at(1), name);
  take("away", at(1), "d", 1);
  std::string names;
  const auto visit = [&](std::string_view name, const Registers::Register&) {
    names.append(name);
    return names.size() < 2;
  };
  registers_.each_after(0, "", visit);
  EXPECT_EQ(names, "ab");
  names.clear();
  registers_.each_after(0, "b", visit);
  EXPECT_EQ(names, "c");
}

TEST_F(RegistersTest, OnlyOldNeutralOnesAreForgotten) {
  const std::int64_t hour = std::chrono::milliseconds(Registers::keep_neutral).count();
  take("not_set", at(1000), "old");
  take("not_set", at(2000), "young");
  take("away", at(1000), "set");
  registers_.expire(1000 + hour + 1);
  EXPECT_EQ(value("old"), "none");
  EXPECT_EQ(value("young"), "not_set");
  EXPECT_EQ(value("set"), "away");
}

TEST_F(RegistersTest, WhatAWrongClockStampedIsShiftedWithIt) {
  constexpr std::int64_t now = 1'000'000;
  take("away", at(now + 600'000), "ahead");
  take("away", at(now - 5), "right");
  registers_.shift_ahead(now, 600'000);
  EXPECT_EQ(registers_.find(0, "ahead")->stamp, at(now));
  EXPECT_EQ(registers_.find(0, "right")->stamp, at(now - 5));
}

TEST_F(RegistersTest, AZoneThatIsRemovedIsEmpty) {
  take("away", at(1), "a", 0);
  take("away", at(1), "a", 1);
  registers_.remove(0);
  EXPECT_EQ(value("a", 0), "none");
  EXPECT_EQ(value("a", 1), "away");
  EXPECT_EQ(registers_.hashes(0), Registers::Hashes{});
}

TEST_F(RegistersTest, WhatIsPutCountsWhateverItsStampIs) {
  take("away", at(5));
  EXPECT_EQ(registers_.put(0, "x", values_.intern("dnd"), at(4), unknown_site), Taken::value);
  EXPECT_EQ(value(), "dnd");
  EXPECT_EQ(registers_.put(0, "x", values_.intern("dnd"), at(3), unknown_site), Taken::stamp);
  EXPECT_EQ(registers_.put(0, "x", values_.intern("dnd"), at(3), unknown_site), Taken::no);
}

TEST_F(RegistersTest, OnlyTheseAreKept) {
  for (const char* name : {"a", "b", "c"}) take("away", at(1), name);
  take("away", at(1), "a", 1);
  registers_.keep_only(0, {"b"});
  EXPECT_EQ(value("a"), "none");
  EXPECT_EQ(value("b"), "away");
  EXPECT_EQ(value("c"), "none");
  EXPECT_EQ(value("a", 1), "away");
  Registers other(values_, first_value, 5);
  other.take(0, "b", values_.intern("away"), at(1));
  EXPECT_EQ(registers_.hashes(0), other.hashes(0));
}

}  // namespace
}  // namespace amibroker::replication
