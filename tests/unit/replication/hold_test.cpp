// SPDX-License-Identifier: Apache-2.0
//
// A server that is held for maintenance: nothing is written there, and afterwards it gets what it lacks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/replication/distribution.hpp"
#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr ValueId in_use = 2;
constexpr ValueId ringing = 3;

// --- The replicator -----------------------------------------------------------------------------------------------

class Held : public ::testing::Test {
 protected:
  Held() {
    fleet.add_keys(Sharing::one_way, 3);
    fleet.add_keys(Sharing::symmetric, 1);
  }
  void hold(ServerId server, bool on) { fleet.replicator.set_held(server, on, fleet.now); }
  Fleet fleet{3};
};

TEST_F(Held, NothingIsWrittenThereAndThenTheLastValueOnce) {
  hold(2, true);
  fleet.origin(0, 0, in_use);
  fleet.origin(0, 0, ringing);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
  fleet.done(1, 0);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, ringing}));
  hold(2, false);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{2, 0, ringing}));
}

TEST_F(Held, WhatItSaysReachesTheOthers) {
  hold(0, true);
  fleet.origin(0, 0, in_use);
  EXPECT_EQ(fleet.event(0, 3, ringing), News::change);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{1, 0, in_use}, Write{2, 0, in_use}, Write{1, 3, ringing},
                                                  Write{2, 3, ringing}));
}

TEST_F(Held, WhatWaitsThereIsNotWrittenAny) {
  Limits limits;
  limits.first_window = limits.window = 1;
  Fleet narrow(2, limits);
  narrow.add_keys(Sharing::one_way, 2);
  narrow.origin(0, 0, in_use);
  narrow.origin(0, 1, in_use);
  EXPECT_THAT(narrow.taken(), ElementsAre(Write{1, 0, in_use}));
  narrow.replicator.set_held(1, true, narrow.now);
  narrow.done(1, 0);
  EXPECT_THAT(narrow.taken(), IsEmpty()) << "the one under way was too late to be held";
  narrow.replicator.set_held(1, false, narrow.now);
  EXPECT_THAT(narrow.taken(), ElementsAre(Write{1, 1, in_use}));
}

TEST_F(Held, ItStaysSoOverALostConnectionAndARefusal) {
  fleet.origin(0, 0, in_use);
  fleet.done(2, 0, Outcome::unknown);
  hold(2, true);
  fleet.taken();
  fleet.advance(std::chrono::hours(1));
  fleet.down(2);
  fleet.up(2);
  fleet.origin(0, 1, in_use);
  for (const Write& write : fleet.taken()) EXPECT_NE(write.target, 2U) << write;
  hold(2, false);
  EXPECT_THAT(fleet.taken(), UnorderedElementsAre(Write{2, 0, in_use}, Write{2, 1, in_use}));
}

TEST_F(Held, AnotherLeaderDoesNotEndIt) {
  hold(2, true);
  fleet.replicator.set_leads(2, false, fleet.now);
  fleet.replicator.set_leads(2, true, fleet.now);
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, in_use}));
}

// --- The distributor ----------------------------------------------------------------------------------------------

class HeldServer : public ::testing::Test {
 protected:
  void begin() {
    distributed.start();
    for (ServerId server = 0; server < 3; ++server) distributed.up(server);
    distributed.read();
    distributed.host.answer_all();
  }
  void hold(ServerId server, bool on) {
    distributed.host.set_held(server, on);
    distributed.distributor->server_changed(server, false);
  }
  std::vector<ServerId> written() {
    std::vector<ServerId> servers;
    for (const auto& request : distributed.host.requests)
      if (request.action.name() == "Setvar") servers.push_back(request.server);
    return servers;
  }
  Distributed distributed{{"a", "b", "c"}};
};

TEST_F(HeldServer, IsWrittenToAfterItsRelease) {
  begin();
  hold(2, true);
  distributed.device(0, "PJSIP/1", "INUSE");
  EXPECT_THAT(written(), ElementsAre(1U));
  hold(2, false);
  EXPECT_THAT(written(), ElementsAre(1U, 2U));
}

TEST_F(HeldServer, IsHeldForAPluginThatStartsMeanwhile) {
  distributed.host.set_held(2, true);
  begin();
  distributed.device(0, "PJSIP/1", "INUSE");
  EXPECT_THAT(written(), ElementsAre(1U));
}

TEST_F(HeldServer, IsReadAfterItsRelease) {
  begin();
  hold(2, true);
  distributed.pause();
  distributed.host.requests.clear();
  hold(2, false);
  distributed.host.clock.advance(std::chrono::seconds(2));
  bool is_read = false;
  for (const auto& request : distributed.host.requests)
    is_read = is_read || (request.server == 2 && request.action.name() == "TestStateList");
  EXPECT_TRUE(is_read);
}

}  // namespace
}  // namespace amibroker::replication
