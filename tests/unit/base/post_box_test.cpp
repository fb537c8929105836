// SPDX-License-Identifier: Apache-2.0
#include "core/base/post_box.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/unit/base/loop_runner.hpp"

namespace amibroker::base {
namespace {

class PostBoxTest : public ::testing::Test {
 protected:
  EventLoop loop;
  PostBox box{loop, [](const PostBox::Task& task) { task(); }};
};

TEST_F(PostBoxTest, TasksRunOnTheLoopInTheOrderOfTheCalls) {
  std::vector<int> seen;
  constexpr int count = 1'000;
  std::thread other([&] {
    for (int i = 0; i < count; ++i) box.post([&, i] { seen.push_back(i); });
  });
  run_until(loop, [&] { return seen.size() == count; });
  other.join();
  for (int i = 0; i < count; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST_F(PostBoxTest, ATaskThatPostsAgainForeverLeavesRoomForOthers) {
  std::function<void()> again = [&] { box.post(again); };
  box.post(again);
  bool ran = false;
  loop.post([&] { ran = true; });
  run_until(loop, [&] { return ran; });
  box.close();
}

TEST_F(PostBoxTest, WhatWaitsIsDroppedWhenTheBoxCloses) {
  const auto held = std::make_shared<int>();
  box.post([held] { FAIL() << "it was closed"; });
  box.close();
  EXPECT_EQ(held.use_count(), 1);
  box.post([held] { FAIL() << "it is closed"; });
  EXPECT_EQ(held.use_count(), 1);
  run_pending(loop);
}

TEST_F(PostBoxTest, ATaskThatPostsAsItIsDestroyedDoesNotBlockTheClosing) {
  std::shared_ptr<int> held(new int, [this](int* value) {
    delete value;
    box.post([] {});
  });
  box.post([kept = std::move(held)] {});
  box.close();
  run_pending(loop);
}

TEST_F(PostBoxTest, ThreadsMayPostWhileTheBoxCloses) {
  std::atomic<bool> ready{false};
  std::atomic<bool> enough{false};
  std::thread other([&] {
    while (!enough) {
      box.post([] {});
      ready = true;
    }
  });
  run_until(loop, [&] { return ready.load(); });
  box.close();
  enough = true;
  other.join();
  run_pending(loop);
}

TEST(PostBox, MayBeDestroyedBeforeTheLoopRuns) {
  EventLoop loop;
  {
    PostBox box(loop, [](const PostBox::Task& task) { task(); });
    box.post([] { FAIL(); });
  }
  run_pending(loop);
}

}  // namespace
}  // namespace amibroker::base
