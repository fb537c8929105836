// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/subscriptions.hpp"

#include <gmock/gmock.h>

namespace amibroker::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Subscriptions, NobodyGetsWhatNobodyAskedFor) {
  Subscriptions s;
  s.add(1, "Hangup");
  EXPECT_THAT(*s.of("Newchannel"), IsEmpty());
}

TEST(Subscriptions, NamesAreWithoutCaseAndEachHandlerStandsOnce) {
  Subscriptions s;
  s.add(1, "DeviceStateChange"), s.add(2, "devicestatechange"), s.add(1, "DEVICESTATECHANGE");
  EXPECT_THAT(*s.of("DeviceStateChange"), ElementsAre(1, 2));
}

TEST(Subscriptions, NamesThatOnlyLookAlikeInTheHashStayApart) {
  Subscriptions s;
  s.add(1, "A@");  // 0x40 and 0x60 fold to the same byte in the hash, not in the comparison
  EXPECT_THAT(*s.of("A`"), IsEmpty());
}

TEST(Subscriptions, AllMeansAllWhicheverCameFirst) {
  Subscriptions s;
  s.add(1, "Hangup");
  s.add_all(2);
  s.add(3, "Newchannel");
  EXPECT_THAT(*s.of("Hangup"), ElementsAre(1, 2));
  EXPECT_THAT(*s.of("Newchannel"), ElementsAre(2, 3));
  EXPECT_THAT(*s.of("Other"), ElementsAre(2));
}

TEST(Subscriptions, RemovedEverywhere) {
  Subscriptions s;
  s.add(1, "Hangup"), s.add_all(1), s.add(2, "Hangup");
  s.remove(1);
  EXPECT_THAT(*s.of("Hangup"), ElementsAre(2));
  EXPECT_THAT(*s.of("Other"), IsEmpty());
}

}  // namespace
}  // namespace amibroker::dispatch
