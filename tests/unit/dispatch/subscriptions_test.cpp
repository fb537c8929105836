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

TEST(Subscriptions, NamesIgnoreCaseAndEachHandlerIsListedOnce) {
  Subscriptions s;
  s.add(1, "DeviceStateChange"), s.add(2, "devicestatechange"), s.add(1, "DEVICESTATECHANGE");
  EXPECT_THAT(*s.of("DeviceStateChange"), ElementsAre(1, 2));
}

TEST(Subscriptions, NamesWithTheSameHashStayApart) {
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

TEST(Subscriptions, ANameThatIsTakenBackStaysWithThoseThatWantEverything) {
  Subscriptions s;
  s.add(1, "Hangup"), s.add(2, "Hangup"), s.add_all(2);
  s.remove(1, "HANGUP"), s.remove(2, "Hangup"), s.remove(1, "Newchannel");
  EXPECT_THAT(*s.of("Hangup"), ElementsAre(2));
}

TEST(Subscriptions, WhoNoLongerWantsEverythingKeepsTheNamesThatItAskedFor) {
  Subscriptions s;
  s.add(1, "Hangup"), s.add_all(1), s.add(1, "Newchannel"), s.add(2, "Other"), s.remove(1, "Newchannel");
  EXPECT_THAT(*s.of("Newchannel"), ElementsAre(1)) << "everything";
  s.remove_all(1);
  EXPECT_THAT(*s.of("Hangup"), ElementsAre(1));
  EXPECT_THAT(*s.of("Newchannel"), IsEmpty());
  EXPECT_THAT(*s.of("Other"), ElementsAre(2));
  EXPECT_EQ(s.interest(), (link::Interest{.all = false, .names = {"Hangup", "Other"}}));
}

TEST(Subscriptions, ServersAreAskedForTheNamesThatSomebodyWants) {
  Subscriptions s;
  s.add(1, "UserEvent"), s.add(2, "DeviceStateChange"), s.add(1, "CEL"), s.add(2, "UserEvent"), s.add(3, "Hangup");
  s.remove(3);
  EXPECT_EQ(s.interest(), (link::Interest{.all = false, .names = {"CEL", "DeviceStateChange", "UserEvent"}}));
  s.add_all(4);
  EXPECT_EQ(s.interest(), link::Interest{.all = true});
  s.remove(4);
  EXPECT_EQ(s.interest().names.size(), 3U);
}

TEST(Subscriptions, ANameThatIsNotSpelledAsAsteriskSpellsItIsEverything) {
  for (const char* name : {"hangup", "HANGUP", "Han gup", "Hang*", "Hang\"up"}) {
    Subscriptions s;
    s.add(1, "DeviceStateChange"), s.add(1, name);
    EXPECT_EQ(s.interest(), link::Interest{.all = true}) << name;
  }
}

}  // namespace
}  // namespace amibroker::dispatch
