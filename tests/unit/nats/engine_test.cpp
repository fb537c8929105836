// SPDX-License-Identifier: Apache-2.0
//
// The engine nats by itself: what is thrown away, and what the server does not take.
#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "amibroker/bus.hpp"
#include "tests/unit/host/temp_folder.hpp"
#include "tests/unit/nats/nats_world.hpp"

namespace amibroker::cluster_test {
namespace {

using engine_test::NatsServer;
using engine_test::wait_until;
using ::testing::HasSubstr;

/// Counts, and holds up the thread of libnats as long as the test wants.
class Listener final : public cluster::EngineListener {
 public:
  void on_message(std::string_view, std::string_view, std::string_view) noexcept override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !held_; });
    ++heard;
  }
  void on_nobody(std::string_view) noexcept override {}
  void on_overflow(std::string_view subject, std::uint64_t count) noexcept override {
    EXPECT_EQ(subject, "a.>");
    lost += count;
  }
  void on_refused(std::string_view) noexcept override { ++refused; }
  void on_closed(std::string_view) noexcept override { ++closed; }

  void hold(bool on) {
    {
      const std::lock_guard lock(mutex_);
      held_ = on;
    }
    changed_.notify_all();
  }
  std::atomic<std::uint64_t> heard{0}, lost{0}, refused{0}, closed{0};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

class NatsEngineTest : public ::testing::Test {
 protected:
  void run_server(const std::string& more = {}) {
    server.emplace(folder.write("nats.conf", "host: 127.0.0.1\nport: " + std::to_string(port) + "\n" + more), port);
  }
  cluster::Engine& engine(cluster::EngineListener& listener) {
    cluster::EngineFault fault;
    auto* const made = nats_engine().create({}, "test", listener, fault);
    EXPECT_NE(made, nullptr) << fault.text;
    return *made;
  }
  void connect(cluster::Engine& made) {
    std::string why;
    ASSERT_TRUE(made.connect({"127.0.0.1", port, false}, why)) << why;
  }

  host::TempFolder folder;
  std::uint16_t port = engine_test::free_port();
  std::optional<NatsServer> server;
};

TEST_F(NatsEngineTest, WhatLibnatsThrowsAwayIsCounted) {
  run_server();
  Listener listener, other;
  cluster::Engine& receiver = engine(listener);
  cluster::Engine& sender = engine(other);
  connect(receiver);
  connect(sender);
  ASSERT_TRUE(receiver.subscribe("a.>") && receiver.settle());
  listener.hold(true);
  constexpr std::uint64_t all = 20'000;
  for (std::uint64_t i = 0; i < all; ++i) ASSERT_EQ(sender.publish("a.b", "", "x"), cluster::Engine::Sent::yes);
  ASSERT_TRUE(sender.settle());
  ASSERT_TRUE(receiver.settle()) << "all of it has come";
  listener.hold(false);
  EXPECT_TRUE(wait_until(std::chrono::seconds(20), [&] { return listener.heard + listener.lost == all; }))
      << listener.heard << " heard, " << listener.lost << " lost";
  EXPECT_GT(listener.lost, 10'000U) << "what waits is bounded";
  for (cluster::Engine* const one : {&receiver, &sender}) {
    one->disconnect();
    one->close();
  }
}

TEST_F(NatsEngineTest, AMessageThatTheServerDoesNotTakeIsTooLong) {
  run_server("max_payload: 1000\n");
  Listener listener;
  cluster::Engine& sender = engine(listener);
  connect(sender);
  EXPECT_EQ(sender.publish("a.b", "", std::string(1001, 'x')), cluster::Engine::Sent::too_long);
  EXPECT_EQ(sender.publish("a.b", "", std::string(1000, 'x')), cluster::Engine::Sent::yes);
  EXPECT_TRUE(sender.settle());
  server->kill();
  EXPECT_TRUE(wait_until(std::chrono::seconds(20), [&] { return listener.closed == 1; }));
  EXPECT_EQ(sender.publish("a.b", "", "x"), cluster::Engine::Sent::no);
  sender.disconnect();
  std::string why;
  EXPECT_FALSE(sender.connect({"127.0.0.1", port, false}, why));
  EXPECT_NE(why, "");
  sender.close();
}

TEST_F(NatsEngineTest, FilesThatCannotBeUsedAreNamedAtOnce) {
  Listener listener;
  cluster::EngineFault fault;
  cluster::Access access;
  access.tls_ca = folder.write("ca.pem", "no certificate").string();
  EXPECT_EQ(nats_engine().create(access, "test", listener, fault), nullptr);
  EXPECT_THAT(fault.text, HasSubstr("tls_ca = " + access.tls_ca));
}

}  // namespace
}  // namespace amibroker::cluster_test
