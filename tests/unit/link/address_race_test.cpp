// SPDX-License-Identifier: Apache-2.0
#include "core/link/address_race.hpp"

#include <gmock/gmock.h>

#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/fake_transport.hpp"

namespace amibroker::link {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Frame final : public ami::EventFrame {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "FullyBooted"; }
  [[nodiscard]] const Message* message() override { return nullptr; }
};

/// Writes down each call, as a word.
class Listener final : public WireListener {
 public:
  void on_connected() override { told.emplace_back("connected"); }
  void on_ready() override { told.emplace_back("ready"); }
  void on_event(ami::EventFrame& frame) override { told.push_back("event " + std::string(frame.name())); }
  void on_answer(std::optional<std::uint64_t> id, std::span<const Message>) override {
    told.push_back("answer " + std::to_string(id.value_or(0)));
  }
  void on_progress() override { told.emplace_back("progress"); }
  void on_bad(std::string_view what, std::string_view why) override {
    told.push_back("bad " + std::string(what) + " " + std::string(why));
  }
  void on_events_lost(std::uint64_t count) override { told.push_back("events lost " + std::to_string(count)); }
  void on_flush_wanted() override { told.emplace_back("flush wanted"); }
  void on_notice(std::string_view text) override { told.push_back("notice " + std::string(text)); }
  void on_traffic(std::string_view direction, std::string_view text) override {
    told.push_back(std::string(direction) + " " + std::string(text));
  }
  void on_lost(const Loss& loss) override {
    told.push_back("lost: " + loss.why);
    last_loss = loss;
    if (when_lost) when_lost();
  }
  std::vector<std::string> told;
  Loss last_loss;
  std::function<void()> when_lost;
};

class AddressRaceTest : public base::LoopTest {
 protected:
  void start(std::vector<std::string> addresses, const Interest& interest = {}) {
    started = std::chrono::steady_clock::now();
    race = std::make_unique<AddressRace>(loop, transport, config, std::move(addresses), interest, listener);
    EXPECT_EQ(transport.wires(), 0U);
    EXPECT_THAT(listener.told, IsEmpty());
  }
  [[nodiscard]] bool reach(std::size_t wires) {
    return run_until([&] { return transport.wires() >= wires; });
  }
  void run_for(std::chrono::milliseconds time) {
    bool over = false;
    loop.after(time, [&] { over = true; });
    ASSERT_TRUE(run_until([&] { return over; }));
  }
  static Loss refused(const std::string& why) { return {Loss::Kind::refusal, why, "Change it."}; }
  static Loss broken(const std::string& why) { return {Loss::Kind::connection, why}; }

  FakeTransport transport;
  ServerConfig config{.section = "a", .name = "A", .addr = "pbx"};
  Listener listener;
  std::unique_ptr<AddressRace> race;
  std::chrono::steady_clock::time_point started;
};

TEST_F(AddressRaceTest, TheFirstAddressHasAHeadStartOverTheNext) {
  start({"::1", "127.0.0.1", "127.0.0.2"}, {.names = {"Hangup"}});
  ASSERT_TRUE(reach(1));
  EXPECT_EQ(transport.wire(0).address, "::1");
  EXPECT_EQ(transport.wire(0).config.section, "a");
  EXPECT_THAT(transport.wire(0).interest.names, ElementsAre("Hangup"));
  ASSERT_TRUE(reach(2));
  EXPECT_GE(std::chrono::steady_clock::now() - started, AddressRace::head_start);
  EXPECT_EQ(transport.wire(1).address, "127.0.0.1");
  ASSERT_TRUE(reach(3));
  EXPECT_GE(std::chrono::steady_clock::now() - started, 2 * AddressRace::head_start);
}

TEST_F(AddressRaceTest, TheNextAddressIsTriedAtOnceIfOneIsLost) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(1));
  transport.wire(0).lost(broken("refused"));
  EXPECT_EQ(transport.wires(), 2U);
  EXPECT_THAT(listener.told, IsEmpty());
}

TEST_F(AddressRaceTest, TheFirstThatIsConnectedIsTheConnection) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(2));
  EXPECT_EQ(race->address(), "");
  transport.wire(1).connected();
  EXPECT_EQ(race->address(), "127.0.0.1");
  EXPECT_TRUE(transport.wire(0).closed);
  EXPECT_FALSE(transport.wire(0).destroyed) << "not inside a call";
  EXPECT_FALSE(transport.wire(1).closed);
  EXPECT_THAT(listener.told, ElementsAre("connected"));
  EXPECT_TRUE(run_until([&] { return transport.wire(0).destroyed; })) << "it is not kept as long as the connection";
}

TEST_F(AddressRaceTest, NoMoreAddressIsTriedOnceOneIsConnected) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(1));
  transport.wire(0).connected();
  run_for(AddressRace::head_start + 50ms);
  EXPECT_EQ(transport.wires(), 1U);
}

TEST_F(AddressRaceTest, AllItsConnectionsShowTheirTrafficIfThatIsWanted) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(1));
  race->show_traffic(true);
  EXPECT_TRUE(transport.wire(0).shows_traffic);
  ASSERT_TRUE(reach(2));
  EXPECT_TRUE(transport.wire(1).shows_traffic) << "also one that begins later";
  race->show_traffic(false);
  EXPECT_FALSE(transport.wire(0).shows_traffic || transport.wire(1).shows_traffic);
}

TEST_F(AddressRaceTest, AllThatTheConnectionSaysIsPassedOn) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(1));
  transport.wire(0).connected();
  transport.wire(0).ready();
  transport.wire(0).tell([](WireListener& to) {
    Frame frame;
    to.on_event(frame);
    to.on_answer(7, {});
    to.on_progress();
    to.on_bad("an event", "it is too long");
    to.on_events_lost(3);
    to.on_notice("speaks AMI 1.1");
    to.on_traffic("<-", "Response: Success");
    to.on_lost(refused("closed the connection"));
  });
  EXPECT_THAT(listener.told, ElementsAre("connected", "ready", "event FullyBooted", "answer 7", "progress",
                                         "bad an event it is too long", "events lost 3", "notice speaks AMI 1.1",
                                         "<- Response: Success", "lost: closed the connection"));
  EXPECT_EQ(listener.last_loss.kind, Loss::Kind::refusal);
  EXPECT_EQ(listener.last_loss.remedy, "Change it.");
}

TEST_F(AddressRaceTest, AllThatIsSentGoesToTheConnection) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(2));
  EXPECT_FALSE(race->send(EncodedText("too early")));
  transport.wire(1).connected();
  transport.wire(1).ready();
  EXPECT_TRUE(race->send(EncodedText("1 Ping")));
  race->flush();
  race->want({.all = true});
  EXPECT_THAT(transport.wire(1).sent, ElementsAre("1 Ping"));
  EXPECT_EQ(transport.wire(1).flushed, 1U);
  EXPECT_THAT(transport.wire(1).wants, ElementsAre(Interest{.all = true}));
  transport.wire(1).takes = false;
  EXPECT_FALSE(race->send(EncodedText("2 Ping")));
  EXPECT_THAT(transport.wire(0).sent, IsEmpty());
  EXPECT_EQ(transport.wire(0).flushes, 0U);
}

TEST_F(AddressRaceTest, WhatIsWantedBeforeTheConnectionReachesAllThatAreTried) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(1));
  race->want({.names = {"Hangup"}});
  EXPECT_THAT(transport.wire(0).wants, ElementsAre(Interest{.names = {"Hangup"}}));
  ASSERT_TRUE(reach(2));
  EXPECT_EQ(transport.wire(1).interest, (Interest{.names = {"Hangup"}}));
}

TEST_F(AddressRaceTest, IfAllAreLostTheMostTellingReasonIsGivenOnce) {
  start({"::1", "127.0.0.1", "127.0.0.2"});
  ASSERT_TRUE(reach(1));
  transport.wire(0).lost(broken("cannot be reached"));
  transport.wire(1).lost(refused("refuses our key"));
  EXPECT_THAT(listener.told, IsEmpty());
  transport.wire(2).lost(broken("cannot be reached either"));
  EXPECT_THAT(listener.told, ElementsAre("lost: refuses our key (tried ::1, 127.0.0.1, 127.0.0.2)"));
  EXPECT_EQ(listener.last_loss.kind, Loss::Kind::refusal);
  EXPECT_EQ(listener.last_loss.remedy, "Change it.");
}

TEST_F(AddressRaceTest, WhileOneIsStillTriedNothingIsLost) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(2));
  transport.wire(1).lost(broken("cannot be reached"));
  run_for(10ms);
  EXPECT_THAT(listener.told, IsEmpty());
  transport.wire(0).connected();
  EXPECT_THAT(listener.told, ElementsAre("connected"));
  EXPECT_EQ(race->address(), "::1");
}

TEST_F(AddressRaceTest, AnAddressThatCannotBeTriedCountsAsLost) {
  transport.cannot_connect["::1"] = "no more open files";
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(1));
  EXPECT_EQ(transport.wire(0).address, "127.0.0.1");
  transport.wire(0).lost(broken("cannot be reached"));
  EXPECT_THAT(listener.told, ElementsAre("lost: no more open files (tried ::1, 127.0.0.1)"));
}

TEST_F(AddressRaceTest, IfNoneCanBeTriedItIsLostLater) {
  std::vector<std::string> addresses;
  for (int i = 1; i <= 6; ++i) addresses.push_back("192.0.2." + std::to_string(i));
  for (const std::string& address : addresses) transport.cannot_connect[address] = "no more open files";
  start(addresses);
  ASSERT_TRUE(run_until([&] { return !listener.told.empty(); }));
  EXPECT_THAT(listener.told, ElementsAre("lost: no more open files (tried 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 "
                                         "and 2 more)"));
}

TEST_F(AddressRaceTest, AfterCloseNothingIsReported) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(1));
  race->close();
  EXPECT_TRUE(transport.wire(0).closed);
  run_for(AddressRace::head_start + 50ms);
  EXPECT_EQ(transport.wires(), 1U);
  EXPECT_THAT(listener.told, IsEmpty());
}

TEST_F(AddressRaceTest, ItMayBeClosedInsideACallAndDestroyedLater) {
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(2));
  listener.when_lost = [&] {
    race->close();
    loop.post([&] { race.reset(); });
  };
  transport.wire(0).lost(broken("refused"));
  transport.wire(1).lost(broken("refused"));
  ASSERT_TRUE(run_until([&] { return race == nullptr; }));
  EXPECT_TRUE(transport.wire(0).destroyed);
  EXPECT_TRUE(transport.wire(1).destroyed);
}

TEST_F(AddressRaceTest, ItMayBeDestroyedAtAnyTime) {
  start({"::1", "127.0.0.1"});
  race.reset();
  run_for(10ms);
  EXPECT_EQ(transport.wires(), 0U);
  start({"::1", "127.0.0.1"});
  ASSERT_TRUE(reach(1));
  transport.wire(0).connected();
  race.reset();
  run_for(10ms);
  EXPECT_TRUE(transport.wire(0).destroyed);
}

}  // namespace
}  // namespace amibroker::link
