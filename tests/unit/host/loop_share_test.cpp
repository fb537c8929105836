// SPDX-License-Identifier: Apache-2.0
#include "core/host/loop_share.hpp"

#include <gmock/gmock.h>

namespace amibroker::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

class LoopShareTest : public ::testing::Test {
 protected:
  /// A second passes, of which the plugin took so much.
  std::optional<std::string> second(milliseconds taken) {
    return share.look({taken, "on_event", taken}, now += seconds(1));
  }
  LoopShare share;
  std::chrono::steady_clock::time_point now{seconds(100)};
};

TEST_F(LoopShareTest, MoreThanHalfForFiveSecondsIsAWarningThatNamesTheCall) {
  EXPECT_FALSE(second(milliseconds(700)));
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(second(milliseconds(700))) << i;
  const auto warning = second(milliseconds(700));
  ASSERT_TRUE(warning);
  EXPECT_THAT(*warning, AllOf(HasSubstr("70 %"), HasSubstr("5 s"), HasSubstr("on_event")));
  int further = 0;
  for (int i = 0; i < 60; ++i) further += second(milliseconds(700)) ? 1 : 0;
  EXPECT_EQ(further, 1) << "one a minute";
}

TEST_F(LoopShareTest, APeakIsNone) {
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(second(i % 4 == 0 ? milliseconds(100) : milliseconds(900))) << i;
}

}  // namespace
}  // namespace amibroker::host
