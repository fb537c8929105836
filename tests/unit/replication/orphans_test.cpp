// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/orphans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two names that nobody contributes to.
class OrphanTest : public ::testing::Test {
 protected:
  OrphanTest() {
    orphans.add(0, "PJSIP");
    orphans.add(1, "DND");
  }
  std::vector<KeyId> known() {
    std::vector<KeyId> keys;
    orphans.each_known([&](KeyId key) { keys.push_back(key); });
    return keys;
  }
  Orphans orphans;
};

TEST_F(OrphanTest, TheyWaitIfNoServerHasDevicesOfTheirTechnology) {
  EXPECT_THAT(known(), IsEmpty());
  orphans.know("SIP");
  EXPECT_THAT(known(), IsEmpty());
}

TEST_F(OrphanTest, TheyAreGivenOutOnceTheirTechnologyIsKnown) {
  orphans.know("PJSIP");
  EXPECT_THAT(known(), ElementsAre(0));
  orphans.know("DND");
  EXPECT_THAT(known(), ElementsAre(1));
  EXPECT_THAT(known(), IsEmpty());
}

TEST_F(OrphanTest, EachWaitsOnceHoweverManySnapshotsHaveItUntilItIsGivenOut) {
  for (int i = 0; i < 3; ++i) orphans.add(1, "DND");
  EXPECT_EQ(orphans.waiting(), 2U);
  orphans.know("PJSIP");
  known();
  EXPECT_EQ(orphans.waiting(), 1U);
}

TEST_F(OrphanTest, HowOftenOneCameBackIsCountedForEachServer) {
  orphans.cleared(3, 0);
  EXPECT_TRUE(orphans.was_cleared(3, 0));
  EXPECT_FALSE(orphans.was_cleared(3, 1));
  orphans.came_back(3, 0);
  orphans.came_back(3, 0);
  EXPECT_EQ(orphans.returns(3, 0), 2U);
  EXPECT_EQ(orphans.returns(3, 1), 0U);
}

}  // namespace
}  // namespace amibroker::replication
