// SPDX-License-Identifier: Apache-2.0
#include "core/app/log_level.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/log_capture.hpp"

namespace amibroker::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class LogLevelTest : public base::LoopTest {
 protected:
  link::LogCapture log;
  std::vector<Level> set;
  LogLevel level{loop, [this](Level now) { set.push_back(now); }, Level::warning};
};

TEST_F(LogLevelTest, IsThatOfTheConfigurationAtFirst) {
  EXPECT_EQ(level.in_force(), Level::warning);
  EXPECT_FALSE(level.until());
  EXPECT_TRUE(set.empty()) << "the log has it already";
  level.configure(Level::error);
  EXPECT_EQ(set.back(), Level::error);
  level.take_back();
  EXPECT_EQ(log.text(), "") << "nothing was lent";
}

TEST_F(LogLevelTest, EndsByItself) {
  level.lend(Level::debug, 1s);
  EXPECT_EQ(set.back(), Level::debug);
  EXPECT_EQ(level.in_force(), Level::debug);
  EXPECT_EQ(level.configured(), Level::warning);
  ASSERT_TRUE(level.until());
  EXPECT_EQ(*level.until() - loop.now(), 1s);
  EXPECT_THAT(log.text(), HasSubstr("the log level is debug for 1 s"));
  ASSERT_TRUE(run_until([&] { return !level.until(); }));
  EXPECT_EQ(set.back(), Level::warning);
  EXPECT_THAT(log.text(), HasSubstr("the log level is warning again"));
}

TEST_F(LogLevelTest, ItsEndDoesNotUndoAReload) {
  level.lend(Level::debug, 1h);
  level.configure(Level::error);
  EXPECT_EQ(set.back(), Level::debug) << "what somebody asked for goes on";
  level.take_back();
  EXPECT_EQ(set.back(), Level::error);
  EXPECT_EQ(level.in_force(), Level::error);
}

TEST_F(LogLevelTest, ALaterWishTakesThePlaceOfAnEarlierOne) {
  level.lend(Level::error, 1s);
  level.lend(Level::debug, 1h);
  int turns = 0;
  ASSERT_TRUE(run_until([&] { return loop.now() > *level.until() - 1h + 1100ms && ++turns > 1; }));
  EXPECT_EQ(level.in_force(), Level::debug) << "the end of the first one ends nothing";
  level.take_back();
  EXPECT_EQ(set.back(), Level::warning);
}

TEST_F(LogLevelTest, ItsLinesAreShownWhateverTheLevelsAre) {
  level.lend(Level::error, 1h);
  EXPECT_THAT(set, ::testing::ElementsAre(Level::info, Level::error));
}

}  // namespace
}  // namespace amibroker::app
