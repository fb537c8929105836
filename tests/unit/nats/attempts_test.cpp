// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "buses/nats/connection.hpp"
#include "tests/engine/nats_server.hpp"

namespace amibroker::nats {
namespace {

using namespace std::chrono_literals;

/// An attempt that hangs until the test lets it go on.
class Hanging {
 public:
  ~Hanging() {
    let_go();
    EXPECT_TRUE(engine_test::wait_until(20s, [this] { return *ended_ == begun_; }));
  }
  std::function<Attempt()> connect() {
    ++begun_;
    return [gate = gate_, ended = ended_] {
      gate.wait();
      ++*ended;
      return Attempt{nullptr, "late"};
    };
  }
  void let_go() {
    if (!std::exchange(gone_, true)) open_.set_value();
  }

 private:
  std::promise<void> open_;
  std::shared_future<void> gate_ = open_.get_future().share();
  bool gone_ = false;
  int begun_ = 0;
  std::shared_ptr<std::atomic<int>> ended_ = std::make_shared<std::atomic<int>>(0);
};

Attempt at_once() { return {nullptr, "refused"}; }

TEST(Attempts, OneThatHangsIsLeftToItselfAndTheNextOneGoesOn) {
  Attempts attempts;
  Hanging hanging;
  EXPECT_EQ(attempts.run(hanging.connect(), 20ms).why, "no answer");
  EXPECT_EQ(attempts.run(at_once, 20s).why, "refused");
}

TEST(Attempts, NoMoreHangThanAreAllowed) {
  Attempts attempts;
  Hanging hanging;
  for (int i = 0; i < Attempts::most_hanging; ++i) EXPECT_EQ(attempts.run(hanging.connect(), 1ms).why, "no answer");
  EXPECT_EQ(attempts.run(at_once, 20s).why, "too many attempts to connect hang");
  hanging.let_go();
  EXPECT_TRUE(engine_test::wait_until(20s, [&] { return attempts.run(at_once, 20s).why == "refused"; }));
}

TEST(Attempts, TheEndWaitsForOneThatIsUnderWayAndThereIsNoOtherAfterIt) {
  Attempts attempts;
  Hanging hanging;
  const auto connect = hanging.connect();
  std::promise<void> begun;
  auto result = std::async(std::launch::async, [&] {
    return attempts
        .run(
            [&] {
              begun.set_value();
              return connect();
            },
            20s)
        .why;
  });
  begun.get_future().wait();
  attempts.give_up();
  hanging.let_go();
  EXPECT_EQ(result.get(), "late");
  EXPECT_EQ(attempts.run(at_once, 20s).why, "the end");
}

}  // namespace
}  // namespace amibroker::nats
