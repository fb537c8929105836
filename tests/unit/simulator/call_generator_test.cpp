// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/call_generator.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace amibroker::sim {
namespace {

using enum DeviceState;
using namespace std::chrono_literals;

TEST(NumberPhones, GivesNoNameTwice) {
  for (const std::size_t phones : {1U, 4U, 100U, 150U}) {
    std::set<std::string> names;
    for (const auto& phone : number_phones(12, phones)) names.insert(phone.device);
    EXPECT_EQ(names.size(), 12 * phones);
  }
  EXPECT_EQ(number_phones(2, 2)[3].device, "PJSIP/201");
  EXPECT_EQ(number_phones(2, 2)[3].server, 1U);
}

TEST(CallScript, MakesTheSameCallsFromTheSameSeed) {
  CallScript one(10, 7);
  CallScript same(10, 7);
  CallScript other(10, 8);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const auto step = one.next();
    const auto again = same.next();
    EXPECT_EQ(step.phone, again.phone);
    EXPECT_EQ(step.state, again.state);
    const auto else_where = other.next();
    different += else_where.phone != step.phone ? 1 : 0;
  }
  EXPECT_GT(different, 50);
}

TEST(CallScript, MakesOnlyStepsThatAPhoneCanMake) {
  const std::set<std::pair<DeviceState, DeviceState>> possible{{not_inuse, ringing}, {ringing, inuse},
                                                               {ringing, not_inuse}, {inuse, onhold},
                                                               {inuse, not_inuse},   {onhold, inuse}};
  std::set<std::pair<DeviceState, DeviceState>> made;
  std::map<std::size_t, DeviceState> phones;
  for (std::size_t i = 0; i < 5; ++i) phones[i] = not_inuse;
  CallScript script(5, 1);
  for (int i = 0; i < 2000; ++i) {
    const auto step = script.next();
    made.emplace(phones.at(step.phone), step.state);
    phones[step.phone] = step.state;
  }
  EXPECT_EQ(made, possible);
}

TEST(CallGenerator, ChangesPhonesOnTheirServersUntilItIsStopped) {
  Fleet fleet(2);
  const auto phones = number_phones(2, 3);
  CallGenerator calls(fleet, phones, 2000, 1);
  EXPECT_TRUE(fleet.wait_until(Clock::now() + 10s,
                               [&] { return fleet[0].counters().events >= 20 && fleet[1].counters().events >= 20; }));
  calls.stop();
  const auto changes = calls.changes();
  EXPECT_EQ(fleet[0].counters().events + fleet[1].counters().events, changes);
  for (const auto& phone : phones) EXPECT_EQ(fleet[1 - phone.server].device_state(phone.device), invalid);
}

TEST(CallGenerator, KeepsItsRate) {
  Fleet fleet(2);
  const auto start = Clock::now();
  CallGenerator calls(fleet, number_phones(2, 3), 200, 1);
  EXPECT_TRUE(
      fleet.wait_until(start + 10s, [&] { return fleet[0].counters().events + fleet[1].counters().events >= 41; }));
  EXPECT_GE(Clock::now() - start, 200ms);  // the first at once, 40 more at 5 ms each
}

}  // namespace
}  // namespace amibroker::sim
