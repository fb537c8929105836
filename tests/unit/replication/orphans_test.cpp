// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/orphans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
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
  orphans.cleared(0, "Custom:PJSIP/1");
  EXPECT_TRUE(orphans.was_cleared(0, "Custom:PJSIP/1"));
  EXPECT_FALSE(orphans.was_cleared(1, "Custom:PJSIP/1"));
  EXPECT_FALSE(orphans.was_cleared(0, "Custom:PJSIP/2"));
  orphans.came_back(0, "Custom:PJSIP/1");
  orphans.came_back(0, "Custom:PJSIP/1");
  orphans.cleared(0, "Custom:PJSIP/1");
  EXPECT_EQ(orphans.returns(0, "Custom:PJSIP/1"), 2U);
  EXPECT_EQ(orphans.returns(1, "Custom:PJSIP/1"), 0U);
}

TEST_F(OrphanTest, OfTooManyThatWereClearedOnAServerTheFirstAreForgotten) {
  orphans.cleared(1, "elsewhere");
  for (std::size_t i = 0; i <= Orphans::most_cleared; ++i) orphans.cleared(0, std::to_string(i));
  EXPECT_FALSE(orphans.was_cleared(0, "0"));
  EXPECT_TRUE(orphans.was_cleared(0, "1"));
  EXPECT_TRUE(orphans.was_cleared(0, std::to_string(Orphans::most_cleared)));
  EXPECT_TRUE(orphans.was_cleared(1, "elsewhere"));
  orphans.retire(0);
  EXPECT_FALSE(orphans.was_cleared(0, "1"));
}

TEST_F(OrphanTest, AServerThatMakesUpTechnologiesIsNotFollowedBeyondABound) {
  for (std::size_t i = 0; i < Orphans::most_technologies; ++i) orphans.know(0, "FAKE" + std::to_string(i));
  orphans.know(0, "PJSIP");
  EXPECT_THAT(known(), IsEmpty());
  orphans.know(1, "PJSIP");
  EXPECT_THAT(known(), ElementsAre(0)) << "the others are believed";
}

TEST_F(OrphanTest, AKeyThatIsGivenBackDoesNotWaitAnyMore) {
  orphans.forget(1);
  EXPECT_FALSE(orphans.waits(1));
  EXPECT_TRUE(orphans.waits(0));
  EXPECT_EQ(orphans.waiting(), 1U);
}

}  // namespace
}  // namespace amibroker::replication
