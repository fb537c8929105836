// SPDX-License-Identifier: Apache-2.0
//
// The bus of core/bus without a wire, and what only its parts in the daemon have: guarded calls, and lost messages.
#include <map>

#include "tests/unit/cluster_bus/bus_contract.hpp"
#include "tests/unit/cluster_bus/loop_world.hpp"
#include "tests/unit/cluster_bus/memory_engine.hpp"

namespace amibroker::cluster_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

cluster::Settings site(std::string_view name) {
  cluster::Settings settings;
  settings.urls = {{"here"}};
  settings.site = name;
  return settings;
}

class MemoryWorld final : public BusWorld {
 public:
  Bus& add(std::string_view name) override {
    TestBroker& made = brokers_.emplace_back(loop_, site(name), MemoryEngine::descriptor(), cluster::Cluster::Limits{});
    engines_[&*made.bus] = &MemoryEngine::last();
    EXPECT_TRUE(until([&] { return made.bus->is_up(); }));
    return *made.bus;
  }
  bool until(const std::function<bool()>& is_so) override { return run_until(loop_, is_so); }
  void cut(Bus& bus) override { engines_.at(&bus)->lose("a cut"); }
  void mend(Bus& bus) override { engines_.at(&bus)->let_in(); }

 private:
  base::EventLoop loop_;
  std::list<TestBroker> brokers_;
  std::map<Bus*, MemoryEngine*> engines_;
};

std::unique_ptr<BusWorld> memory_world() { return std::make_unique<MemoryWorld>(); }

INSTANTIATE_TEST_SUITE_P(Memory, BusContract, ::testing::Values(&memory_world));

class OneBroker : public ::testing::Test {
 protected:
  void start(const cluster::Cluster::Limits& limits = {}) {
    broker.emplace(loop, site("berlin"), MemoryEngine::descriptor(), limits);
    engine = &MemoryEngine::last();
    ASSERT_TRUE(until([this] { return broker->bus->is_up(); }));
  }
  bool until(const std::function<bool()>& is_so) { return run_until(loop, is_so); }
  [[nodiscard]] std::uint64_t dropped(cluster::Drop why) const {
    return broker->cluster.figures().dropped[static_cast<std::size_t>(why)];
  }
  /// Waits until the engine knows a topic, and this is heard of it.
  void hear(const std::string& topic, std::string_view payload = "x") {
    ASSERT_TRUE(until([&] { return engine->hear("amib.1.say.paris.device_state." + topic, "", payload); }));
  }

  base::EventLoop loop;
  std::optional<TestBroker> broker;
  MemoryEngine* engine = nullptr;
};

TEST_F(OneBroker, WhatAPluginThrowsCostsOnlyThatCall) {
  start();
  int heard = 0;
  broker->bus->subscribe("a", [&](const Bus::Heard&) {
    if (++heard == 1) throw std::runtime_error("a fault");
  });
  hear("a");
  hear("a");
  EXPECT_TRUE(until([&] { return heard == 2; }));
  EXPECT_THAT(broker->complaints, ElementsAre("a message of the bus threw a fault"));
}

TEST_F(OneBroker, HostileSubjectsRepliesAndPayloadsAreCountedAndReachNobody) {
  start();
  int heard = 0, asked = 0;
  broker->bus->subscribe("a", [&](const Bus::Heard&) { ++heard; });
  broker->bus->serve("q", [&](const Bus::Heard&) {
    ++asked;
    return std::string("answer");
  });
  hear("a");
  ASSERT_TRUE(until([&] { return heard == 1; }));
  auto& listener = *engine->listener();
  for (const std::string subject :
       {"", "amib", "amib.1.say.paris.device_state", "amib.1.say..device_state.a", "amib.1.say.pa ris.device_state.a",
        "amib.1.say.paris.device_state.a.b.c.d.e", "amib.1.say.paris.stranger.a", "amib.2.say.paris.device_state.a",
        "amib.1.say.p\xc3\xa4ris.device_state.a", "other.1.say.paris.device_state.a", "_INBOX_berlin.x.device_state.1"})
    listener.on_message(subject, "", "x");
  // Questions whose answer would go somewhere else than to an inbox: we would say what the asker wants.
  for (const std::string reply : {"", "amib.1.say.berlin.device_state.a", "_INBOX_", "_INBOX_a.b.device_state.x",
                                  "_INBOX_a.b.device_state.1.2", "_INBOX_a.*.device_state.1", "_INBOX.abc"})
    listener.on_message("amib.1.ask.berlin.device_state.q", reply, "x");
  listener.on_message("amib.1.ask.rome.device_state.q", "_INBOX_a.b.device_state.1", "x");
  EXPECT_EQ(dropped(cluster::Drop::malformed), 19U);
  listener.on_message("amib.1.say.paris.device_state.a", "", std::string(Bus::most_payload + 1, 'x'));
  EXPECT_EQ(dropped(cluster::Drop::too_long), 1U);
  hear("a");
  ASSERT_TRUE(until([&] { return heard == 2; }));
  EXPECT_EQ(asked, 0);
}

TEST_F(OneBroker, WhatComesFasterThanTheLoopTakesItIsBoundedAndTold) {
  start({.in = {.messages = 10}});
  int heard = 0;
  std::uint64_t lost = 0;
  int told = 0;
  broker->bus->subscribe("a", [&](const Bus::Heard&) { ++heard; });
  broker->bus->on_overflow([&](std::uint64_t count) {
    lost += count;
    ++told;
  });
  hear("a");
  ASSERT_TRUE(until([&] { return heard == 1; }));
  for (int i = 0; i < 100; ++i) engine->hear("amib.1.say.paris.device_state.a", "", "x");
  ASSERT_TRUE(until([&] { return heard == 11; }));
  EXPECT_EQ(lost, 90U);
  EXPECT_EQ(told, 1) << "once, however many";
  EXPECT_EQ(dropped(cluster::Drop::in_full), 90U);
  engine->listener()->on_overflow("amib.1.say.*.device_state.a", 5);
  EXPECT_TRUE(until([&] { return lost == 95; })) << "also what the engine itself threw away";
}

TEST_F(OneBroker, AFloodForOnePluginCostsAnotherNothing) {
  start({.in = {.messages = 10}});
  cluster::PluginBus other(broker->cluster, "presence_state", broker->around());
  int heard = 0;
  other.subscribe("a", [&](const Bus::Heard&) { ++heard; });
  broker->bus->subscribe("a", [](const Bus::Heard&) {});
  ASSERT_TRUE(until([&] { return engine->hear("amib.1.say.paris.presence_state.a", "", "1"); }));
  hear("a");
  for (int i = 0; i < 100; ++i) engine->hear("amib.1.say.paris.device_state.a", "", "x");
  engine->hear("amib.1.say.paris.presence_state.a", "", "2");
  EXPECT_TRUE(until([&] { return heard == 2; }));
}

TEST_F(OneBroker, WhatWaitsToBeSentIsBounded) {
  start({.out = {.messages = 10}});
  int sent = 0;
  {
    // The courier cannot send meanwhile.
    const std::lock_guard lock(Meeting::here().mutex);
    for (int i = 0; i < 100; ++i) sent += broker->bus->publish("a", "x") ? 1 : 0;
  }
  EXPECT_GE(sent, 10);
  EXPECT_LE(sent, 10 + 32) << "with those that it had taken";
  EXPECT_EQ(dropped(cluster::Drop::out_full), 100U - static_cast<unsigned>(sent));
  EXPECT_TRUE(until([&] { return broker->bus->publish("a", "x"); }));
}

TEST_F(OneBroker, AnInstanceThatIsClosedHearsNothingMoreAndIsHarmless) {
  start();
  int calls = 0;
  broker->bus->subscribe("a", [&](const Bus::Heard&) { ++calls; });
  broker->bus->request("paris", "q", "", 20ms, [&](std::optional<std::string_view>) { ++calls; });
  cluster::PluginBus next(broker->cluster, "device_state", broker->around());
  int heard = 0;
  next.subscribe("a", [&](const Bus::Heard&) { ++heard; });
  broker->bus->close();
  hear("a");
  EXPECT_TRUE(until([&] { return heard == 1; })) << "the next instance of the plugin does";
  EXPECT_FALSE(broker->bus->publish("a", "x"));
  EXPECT_FALSE(broker->bus->is_up());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(until([&] { return std::chrono::steady_clock::now() > begin + 40ms; }));
  EXPECT_EQ(calls, 0);
}

TEST_F(OneBroker, AnEngineThatIsNotThereIsTriedUntilItIs) {
  start();
  engine->lose("it was killed");
  ASSERT_TRUE(until([&] { return !broker->bus->is_up(); }));
  const int before = engine->attempts;
  EXPECT_TRUE(until([&] { return engine->attempts >= before + 3; }));
  engine->let_in();
  EXPECT_TRUE(until([&] { return broker->bus->is_up(); }));
  EXPECT_EQ(broker->cluster.figures().connects, 2U);
  EXPECT_THAT(broker->cluster.summary(), StartsWith("connected to nats://here:4222: 2 connections"));
}

TEST_F(OneBroker, LastWordsAreSentAtTheEnd) {
  start();
  TestBroker paris(loop, site("paris"), MemoryEngine::descriptor(), {});
  int heard = 0;
  paris.bus->subscribe("a", [&](const Bus::Heard&) { ++heard; });
  ASSERT_TRUE(until([&] { return MemoryEngine::last().hear("amib.1.say.x.device_state.a", "", ""); }));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(broker->bus->publish("a", "bye"));
  broker->cluster.stop();
  EXPECT_TRUE(until([&] { return heard == 101; })) << heard;
}

}  // namespace
}  // namespace amibroker::cluster_test
