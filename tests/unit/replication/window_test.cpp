// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;

/// Server 1 gets a thousand keys and answers them one after the other.
class Window : public ::testing::Test {
 protected:
  Window() {
    fleet.add_keys(Sharing::one_way, keys);
    for (KeyId key = 0; key < keys; ++key) fleet.origin(0, key, 1);
  }
  /// Answers every write that is under way, after that time.
  void answer_all(milliseconds after, Outcome outcome = Outcome::success) {
    fleet.now += after;
    for (const Write& write : fleet.taken()) fleet.done(write.target, write.key, outcome);
  }
  [[nodiscard]] std::size_t window() const { return fleet.replicator.target(1).window(); }

  static constexpr KeyId keys = 5000;
  Fleet fleet{2};
};

TEST_F(Window, BeginsWithTheFirstWindow) {
  EXPECT_EQ(window(), Limits{}.first_window);
  EXPECT_EQ(fleet.replicator.target(1).in_flight(), Limits{}.first_window);
}

TEST_F(Window, DoublesUpToTheLimitWhileAnswersAreQuick) {
  answer_all(milliseconds(1));
  EXPECT_EQ(window(), 2 * Limits{}.first_window);
  for (int i = 0; i < 10; ++i) answer_all(milliseconds(1));
  EXPECT_EQ(window(), Limits{}.window);
}

TEST_F(Window, HalvesWhileAnswersAreSlowButNeverBelowTheLeast) {
  answer_all(milliseconds(200));
  EXPECT_EQ(window(), Limits{}.first_window / 2);
  for (int i = 0; i < 10; ++i) answer_all(milliseconds(200));
  EXPECT_EQ(window(), Limits{}.least_window);
}

TEST_F(Window, StaysWhereItIsInBetween) {
  answer_all(milliseconds(50));
  EXPECT_EQ(window(), Limits{}.first_window);
}

TEST_F(Window, HalvesWhenAnswersDoNotCome) {
  answer_all(milliseconds(1), Outcome::unknown);
  EXPECT_EQ(window(), Limits{}.first_window / 2);
}

TEST_F(Window, StartsOverWithANewConnection) {
  answer_all(milliseconds(1));
  fleet.down(1);
  fleet.up(1);
  EXPECT_EQ(window(), Limits{}.first_window);
}

}  // namespace
}  // namespace amibroker::replication
