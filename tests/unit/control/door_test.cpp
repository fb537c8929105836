// SPDX-License-Identifier: Apache-2.0
#include "core/control/door.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <vector>

#include "tests/unit/base/loop_runner.hpp"
#include "tests/unit/link/log_capture.hpp"

namespace amibroker::control {
namespace {

using ::testing::HasSubstr;

/// Both threads are this one: what comes back waits in `back` until it is run.
class DoorTest : public ::testing::Test {
 protected:
  void run_back() {
    for (const auto& task : std::exchange(back, {})) task();
  }
  void turn() {
    base::run_pending(loop);
    run_back();
  }
  Door::Back note() {
    return [this](const Answer& answer) {
      const auto* const failure = std::get_if<Failure>(&answer);
      answers.push_back(failure != nullptr ? failure->code : std::get<Json>(answer).dump());
    };
  }
  bool ask(const Command& command) { return door->ask(command, Arguments({}), "uid 7", note()); }

  base::EventLoop loop;
  std::vector<std::function<void()>> back;
  std::vector<std::string> answers;
  std::vector<Done> kept;
  Command keeps{"keeps", Level::look, "", {}, [this](const Arguments&, Done done) { kept.push_back(std::move(done)); }};
  std::unique_ptr<Door> door =
      std::make_unique<Door>(loop, [this](std::function<void()> task) { back.push_back(std::move(task)); });
};

TEST_F(DoorTest, BringsTheAnswerBackOnce) {
  const Command command{"x", Level::look, "", {}, [](const Arguments&, const Done& done) {
                          done(Json(1));
                          done(Json(2));
                        }};
  ASSERT_TRUE(ask(command));
  EXPECT_TRUE(answers.empty());
  base::run_pending(loop);
  EXPECT_TRUE(answers.empty()) << "on the loop's thread";
  run_back();
  EXPECT_THAT(answers, ::testing::ElementsAre("1"));
}

TEST_F(DoorTest, ACommandThatThrowsOrSaysNothingIsAFailure) {
  const Command throws{"x", Level::look, "", {}, [](const Arguments&, const Done&) { throw std::runtime_error("no"); }};
  const Command silent{"y", Level::look, "", {}, [](const Arguments&, const Done&) {}};
  ASSERT_TRUE(ask(throws) && ask(silent));
  turn();
  EXPECT_THAT(answers, ::testing::ElementsAre("failed", "no_answer"));
}

TEST_F(DoorTest, LogsWhoChangesWhat) {
  const link::LogCapture log;
  const Command set{"set", Level::change, "", {}, [](const Arguments&, const Done& done) { done(Json()); }};
  ASSERT_TRUE(door->ask(set, Arguments({{"name", std::string("a\nb")}}), "uid 7", note()));
  ASSERT_TRUE(ask(keeps));
  turn();
  EXPECT_THAT(log.text(), HasSubstr("control: uid 7 asks for set name=a\\x0ab"));
  EXPECT_EQ(log.count("control:"), 1U) << "looking is no news";
}

TEST_F(DoorTest, IsBounded) {
  for (std::size_t i = 0; i < Door::most_waiting; ++i) ASSERT_TRUE(ask(keeps));
  EXPECT_FALSE(ask(keeps));
  turn();
  EXPECT_FALSE(ask(keeps)) << "they still wait";
  kept.pop_back();
  run_back();
  EXPECT_TRUE(ask(keeps));
}

TEST_F(DoorTest, QuestionsThatTakeLongLeaveRoomForTheLoopsOwnWork) {
  std::string order;
  const Command slow{"slow", Level::look, "", {}, [&](const Arguments&, const Done& done) {
                       const auto end = std::chrono::steady_clock::now() + Door::turn;
                       while (std::chrono::steady_clock::now() < end) {
                       }
                       order += 'q';
                       loop.post([&] { order += 'w'; });
                       done(Json());
                     }};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask(slow));
  turn();
  EXPECT_EQ(order, "qwqwqw");
  EXPECT_EQ(answers.size(), 3U);
}

TEST_F(DoorTest, WhatHasNotHadItsTurnIsDroppedWithTheDoor) {
  const Command closes{"closes", Level::look, "", {}, [&](const Arguments&, const Done& done) {
                         const auto end = std::chrono::steady_clock::now() + Door::turn;
                         while (std::chrono::steady_clock::now() < end) {
                         }
                         loop.post([this] { door.reset(); });
                         done(Json());
                       }};
  ASSERT_TRUE(ask(closes) && ask(keeps));
  base::run_pending(loop);
  back.clear();
  EXPECT_TRUE(kept.empty());
}

TEST_F(DoorTest, ADoneThatOutlivesTheDoorTouchesNothing) {
  ASSERT_TRUE(ask(keeps));
  ASSERT_TRUE(ask(keeps));
  turn();
  ASSERT_TRUE(ask(keeps));  // still on its way at the end
  door.reset();
  kept.front()(Json(1));
  kept.clear();
  base::run_pending(loop);
  EXPECT_TRUE(back.empty());
  EXPECT_TRUE(answers.empty());
}

TEST_F(DoorTest, WhatWaitsIsDroppedOnTheThreadThatAsked) {
  const auto token = std::make_shared<int>();
  ASSERT_TRUE(door->ask(keeps, Arguments({}), "", [token](const Answer&) {}));
  base::run_pending(loop);
  kept.clear();
  EXPECT_EQ(token.use_count(), 2) << "the loop must never destroy what belongs to a client";
  run_back();
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace amibroker::control
