// SPDX-License-Identifier: Apache-2.0
#include "core/app/reload.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/log_capture.hpp"

namespace amibroker::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A disk that answers when the test says so. Shared with threads that may outlive the test.
class Disk {
 public:
  LoadedConfig read() {
    ++reads;
    std::unique_lock lock(mutex_);
    answers_.wait(lock, [&] { return !hangs_; });
    LoadedConfig loaded;
    loaded.config.plugin_path = "read " + std::to_string(reads);
    return loaded;
  }
  void hang(bool on) {
    const std::lock_guard lock(mutex_);
    hangs_ = on;
    answers_.notify_all();
  }
  std::atomic<int> reads = 0;

 private:
  std::mutex mutex_;
  std::condition_variable answers_;
  bool hangs_ = false;
};

class ReloadTest : public base::LoopTest {
 protected:
  ~ReloadTest() override { disk->hang(false); }

  std::unique_ptr<Reload> make(Reload::Read read, std::chrono::milliseconds patience = 1h) {
    return std::make_unique<Reload>(
        loop, manager, std::move(read),
        [this](LoadedConfig loaded) {
          taken.push_back(loaded.ok() ? loaded.config.plugin_path : loaded.errors.front().text);
          return ConfigOutcome{.is_right = true, .text = "taken"};
        },
        patience);
  }
  std::unique_ptr<Reload> make(std::chrono::milliseconds patience = 1h) {
    return make([disk = disk] { return disk->read(); }, patience);
  }

  std::shared_ptr<Disk> disk = std::make_shared<Disk>();
  ServiceManager manager;
  std::vector<std::string> taken;
};

TEST_F(ReloadTest, WhatIsReadIsTakenOnTheLoop) {
  const auto reload = make();
  reload->ask();
  ASSERT_TRUE(run_until([&] { return taken.size() == 1; }));
  reload->ask();
  ASSERT_TRUE(run_until([&] { return taken.size() == 2; }));
  EXPECT_THAT(taken, ::testing::ElementsAre("read 1", "read 2"));
}

TEST_F(ReloadTest, TheLoopGoesOnWhileTheDiskHangs) {
  const auto reload = make();
  disk->hang(true);
  reload->ask();
  int turns = 0;
  ASSERT_TRUE(run_until([&] { return disk->reads == 1 && ++turns >= 20; }));
  EXPECT_THAT(taken, ::testing::IsEmpty());
  disk->hang(false);
  EXPECT_TRUE(run_until([&] { return taken.size() == 1; }));
}

TEST_F(ReloadTest, HoweverOftenItIsAskedMeanwhileOneMoreReadFollows) {
  const link::LogCapture log;
  const auto reload = make();
  disk->hang(true);
  for (int i = 0; i < 5; ++i) reload->ask();
  ASSERT_TRUE(run_until([&] { return disk->reads == 1; }));
  for (int i = 0; i < 5; ++i) reload->ask();
  EXPECT_EQ(log.count("a reload is asked for while the configuration is still being read"), 1U);
  disk->hang(false);
  ASSERT_TRUE(run_until([&] { return taken.size() == 2; }));
  int turns = 0;
  ASSERT_TRUE(run_until([&] { return ++turns >= 20; }));
  EXPECT_EQ(disk->reads, 2);
}

TEST_F(ReloadTest, ADiskThatHangsIsNamed) {
  const link::LogCapture log;
  const auto reload = make(10ms);
  disk->hang(true);
  reload->ask();
  ASSERT_TRUE(run_until([&] { return log.text().find("still being read") != std::string::npos; }));
  disk->hang(false);
  EXPECT_TRUE(run_until([&] { return taken.size() == 1; }));
}

TEST_F(ReloadTest, WhatComesAfterItsEndIsDropped) {
  auto reload = make();
  disk->hang(true);
  reload->ask();
  ASSERT_TRUE(run_until([&] { return disk->reads == 1; }));
  reload.reset();
  disk->hang(false);
  int turns = 0;
  ASSERT_TRUE(run_until([&] { return ++turns >= 20; }));
  EXPECT_THAT(taken, ::testing::IsEmpty());
}

TEST_F(ReloadTest, AnExceptionIsAFileThatCannotBeRead) {
  const auto reload = make([]() -> LoadedConfig { throw std::runtime_error("no memory"); });
  reload->ask();
  ASSERT_TRUE(run_until([&] { return taken.size() == 1; }));
  EXPECT_THAT(taken.front(), HasSubstr("cannot be read: no memory"));
}

}  // namespace
}  // namespace amibroker::app
