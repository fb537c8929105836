// SPDX-License-Identifier: Apache-2.0
//
// The bus over three servers of NATS that are killed, frozen and parted while messages flow.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/engine/nats_cluster.hpp"
#include "tests/unit/host/temp_folder.hpp"
#include "tests/unit/nats/nats_world.hpp"

namespace amibroker::cluster_test {
namespace {

using engine_test::NatsCluster;

/// A broker at each node says a number each 2 ms; each hears the two others.
class NatsFaults : public ::testing::Test {
 protected:
  static constexpr std::size_t count = NatsCluster::size;

  void SetUp() override {
    ASSERT_TRUE(engine.is_whole());
    for (std::size_t i = 0; i < count; ++i) {
      // Its own node first, as somebody who has a server beside the broker; if that is gone, the others.
      std::vector<std::uint16_t> ports;
      for (std::size_t next = 0; next < count; ++next) ports.push_back(engine.node((i + next) % count).port());
      brokers[i].emplace(loop, settings_of("site-" + std::to_string(i), ports), nats_engine(),
                         cluster::Cluster::Limits{});
      brokers[i]->bus->subscribe("n", [this, i](const Bus::Heard& heard) { hear(i, heard); });
    }
    talk = loop.every(2ms, [this] {
      for (auto& broker : brokers) broker->bus->publish("n", std::to_string(++said));
    });
    ASSERT_TRUE(all_hear_all());
  }
  void TearDown() override { loop.cancel(talk); }

  void hear(std::size_t who, const Bus::Heard& heard) {
    const std::size_t number = std::stoul(std::string(heard.payload));
    const std::size_t from = static_cast<std::size_t>(heard.site.back() - '0');
    // Not always in order: a node that was frozen passes on what it had when it is thawed.
    EXPECT_TRUE(heard_all[who][from].insert(number).second) << "never twice";
    heard_last[who][from] = std::max(heard_last[who][from], number);
  }
  bool until(const std::function<bool()>& is_so, std::chrono::milliseconds within = 20s) {
    return run_until(loop, is_so, within);
  }
  /// What is said from now on reaches each of the two others.
  bool all_hear_all() {
    const std::size_t now = said;
    return until([&] {
      for (std::size_t who = 0; who < count; ++who)
        for (std::size_t from = 0; from < count; ++from)
          if (who != from && heard_last[who][from] <= now) return false;
      return true;
    });
  }
  void let_pass(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    until([&] { return std::chrono::steady_clock::now() >= end; });
  }

  host::TempFolder folder;
  NatsCluster engine{folder.path()};
  base::EventLoop loop;
  std::array<std::optional<TestBroker>, count> brokers;
  std::array<std::array<std::size_t, count>, count> heard_last{};
  std::array<std::array<std::set<std::size_t>, count>, count> heard_all;
  std::size_t said = 0;
  base::TimerHandle talk = 0;
};

TEST_F(NatsFaults, ANodeThatIsKilledIsLeftForAnotherOne) {
  for (std::size_t node = 0; node < count; ++node) {
    engine.node(node).kill();
    EXPECT_TRUE(all_hear_all()) << "node " << node;
    engine.node(node).start();
    ASSERT_TRUE(engine.is_whole()) << engine.node(node).log();
    EXPECT_TRUE(all_hear_all()) << "node " << node;
  }
}

TEST_F(NatsFaults, ANodeThatIsFrozenIsLeftForAnotherOne) {
  for (std::size_t node = 0; node < count; ++node) {
    engine.node(node).freeze();
    EXPECT_TRUE(all_hear_all()) << "node " << node;
    engine.node(node).thaw();
    EXPECT_TRUE(all_hear_all()) << "node " << node;
    ASSERT_TRUE(engine.is_whole()) << engine.node(node).log();
  }
}

TEST_F(NatsFaults, AllNodesKilledAndStartedAgain) {
  for (std::size_t node = 0; node < count; ++node) engine.node(node).kill();
  ASSERT_TRUE(until([this] {
    for (const auto& broker : brokers)
      if (broker->bus->is_up()) return false;
    return true;
  }));
  for (auto& broker : brokers) EXPECT_FALSE(broker->bus->publish("n", "0"));
  for (std::size_t node = 0; node < count; ++node) engine.node(node).start();
  EXPECT_TRUE(all_hear_all());
}

TEST_F(NatsFaults, APartedNodeIsJoinedAgain) {
  for (std::size_t node = 0; node < count; ++node) {
    engine.part(node);
    let_pass(200ms);
    engine.join(node);
    ASSERT_TRUE(engine.is_whole()) << engine.node(node).log();
    EXPECT_TRUE(all_hear_all()) << "node " << node;
  }
}

}  // namespace
}  // namespace amibroker::cluster_test
