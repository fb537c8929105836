// SPDX-License-Identifier: Apache-2.0
//
// What the servers learn of the subscriptions.
#include "tests/unit/dispatch/dispatcher_fixture.hpp"

namespace amibroker::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(DispatcherTest, TheServersLearnWhichEventsAreWanted) {
  using link::Interest;
  const auto wants = [](std::vector<std::string> names) { return Interest{.all = false, .names = std::move(names)}; };
  servers.interests.clear();
  dispatcher.subscribe(id1, "UserEvent");
  dispatcher.subscribe(id2, "UserEvent");
  dispatcher.subscribe_all(id2);
  dispatcher.remove(id2);
  dispatcher.count_messages(true);
  dispatcher.count_messages(false);
  dispatcher.count_messages(true);
  EXPECT_THAT(servers.interests, ElementsAre(wants({"UserEvent"}), Interest{.all = true}, wants({"UserEvent"}),
                                             Interest{.all = true}, wants({"UserEvent"}), Interest{.all = true}));
  FakeServers later;
  dispatcher.attach(later);
  EXPECT_THAT(later.interests, ElementsAre(Interest{.all = true}));
}

// Each change is a message to every server.
TEST_F(DispatcherTest, HoweverManySubscriptionsChangeTheServersAreToldOnce) {
  link::Interest many;
  for (int i = 0; i < 20'000; ++i) many.names.push_back("Event" + std::to_string(100'000 + i));
  dispatcher.subscribe(id1, "Hangup");
  servers.interests.clear();
  dispatcher.set_subscriptions(id1, many);
  ASSERT_THAT(servers.interests, SizeIs(1));
  EXPECT_EQ(servers.interests.back(), many) << "and not what it wanted before";
  dispatcher.set_subscriptions(id1, many);
  EXPECT_THAT(servers.interests, SizeIs(1)) << "nothing is different";
  event("Hangup");
  EXPECT_THAT(first.seen, IsEmpty());
  event("Event119999");
  EXPECT_THAT(first.seen, ElementsAre("0:Event119999"));
}

}  // namespace
}  // namespace amibroker::dispatch
