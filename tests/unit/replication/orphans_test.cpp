// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/orphans.hpp"

#include <gmock/gmock.h>

#include "tests/unit/replication/snapshot_fixture.hpp"

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Server 1 holds two names that nobody contributes to.
class OrphanTest : public Snapshot {
 protected:
  OrphanTest() : Snapshot(Sharing::one_way) {
    read(1, {{0, 5, Listed::Kind::held}, {1, 6, Listed::Kind::held}});
    orphans.add(0, "PJSIP");
    orphans.add(1, "DND");
  }
  void clear() { orphans.clear(fleet.replicator, fleet.now); }
  Orphans orphans;
};

TEST_F(OrphanTest, TheyAreLeftAloneIfNoServerHasDevicesOfTheirTechnology) {
  clear();
  orphans.know("SIP");
  clear();
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OrphanTest, TheyAreClearedOnceTheirTechnologyIsKnown) {
  orphans.know("PJSIP");
  clear();
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 0, Fleet::neutral}));
  fleet.done(1, 0);
  orphans.know("DND");
  clear();
  EXPECT_THAT(fleet.taken(), ElementsAre(Write{1, 1, Fleet::neutral}));
}

TEST_F(OrphanTest, EachWaitsOnceHoweverManySnapshotsHaveItUntilItIsCleared) {
  for (int i = 0; i < 3; ++i) orphans.add(1, "DND");
  EXPECT_EQ(orphans.waiting(), 2U);
  orphans.know("PJSIP");
  clear();
  EXPECT_EQ(orphans.waiting(), 1U);
}

TEST_F(OrphanTest, KnowingTheirTechnologyAloneClearsNothing) {
  orphans.know("PJSIP");
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

TEST_F(OrphanTest, WhatSomebodyContributesToMeanwhileIsNotCleared) {
  orphans.know("PJSIP");
  fleet.origin(0, 0, 5);
  fleet.taken();
  clear();
  EXPECT_EQ(fleet.cell(1, 0).desired, 5U);
  EXPECT_THAT(fleet.taken(), IsEmpty());
}

}  // namespace
}  // namespace amibroker::replication
