// SPDX-License-Identifier: Apache-2.0
//
// What a wire subscribes to, as its server sees it, and the losses that it finds meanwhile. The rules: EventFilter.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <utility>

#include "tests/unit/link/zmq/peer.hpp"

namespace amibroker::link::zeromq {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string a_topic = R"({"Event":"A")";
const std::string b_topic = R"({"Event":"B")";

class ZmqFilter : public ZmqTest {
 protected:
  void start_wanting(const Interest& interest) {
    start_and_come_up({.first_retry = milliseconds(5), .last_retry = milliseconds(20)});
    server->set_interest(interest);
  }
  /// As our module does it: with all its numbers.
  void publish(const std::string& name) {
    const std::uint64_t previous = std::exchange(last_[name], ++sequence_);
    peer.publish(R"({"Event":")" + name + R"(","ZmqNamePrevious":")" + std::to_string(previous) +
                 R"(","ZmqNameSequence":")" + std::to_string(++counts_[name]) + R"(","ZmqSequence":")" +
                 std::to_string(sequence_) + "\"}");
  }
  /// It has its numbers, and never arrives.
  void lose(const std::string& name) {
    last_[name] = ++sequence_;
    ++counts_[name];
  }
  /// Until the server is subscribed to these topics and no others.
  [[nodiscard]] bool topics_become(std::vector<std::string> topics) {
    std::sort(topics.begin(), topics.end());
    return run_until([&] {
      auto present = peer.topics;
      std::sort(present.begin(), present.end());
      return present == topics;
    });
  }
  [[nodiscard]] bool arrives(const std::string& name) {
    return run_until([&] { return !recorder.names.empty() && recorder.names.back() == name; });
  }

 private:
  std::uint64_t sequence_ = 0;
  std::map<std::string, std::uint64_t> counts_;
  std::map<std::string, std::uint64_t> last_;
};

TEST_F(ZmqFilter, AfterTheFirstEventOnlyWhatIsWantedComes) {
  start_wanting({.names = {"A", "LoadZmq"}});
  publish("Noise");
  ASSERT_TRUE(topics_become({a_topic, R"({"Event":"LoadZmq")", R"({"Event": "LoadZmq")"}));
  EXPECT_EQ(peer.subscriptions.back(), "-") << "first the names, then no longer all";
  for (int i = 0; i < 100; ++i) publish("Noise");
  publish("AB");
  publish("A");
  peer.publish(R"({"Event": "LoadZmq"})");
  ASSERT_TRUE(arrives("LoadZmq"));
  EXPECT_EQ(recorder.names, (std::vector<std::string>{"Noise", "A", "LoadZmq"}));
  EXPECT_EQ(server->counters().events, 3U);
  EXPECT_THAT(recorder.losses, IsEmpty());
}

TEST_F(ZmqFilter, WithoutAnyEventAllAreAskedFor) {
  start_wanting({.names = {"A"}});
  ask();
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 1; }));
  EXPECT_EQ(peer.topics, everything);
}

TEST_F(ZmqFilter, EventsThatDoNotBeginWithTheirNameAreAllAskedFor) {
  start_wanting({.names = {"A"}});
  peer.publish(R"({"Privilege":"call","Event":"A"})");
  ASSERT_TRUE(arrives("A"));
  peer.publish(R"({"Privilege":"call","Event":"B"})");
  ASSERT_TRUE(arrives("B"));
  EXPECT_EQ(peer.topics, everything);
}

TEST_F(ZmqFilter, ALossIsFoundWhileOnlyWantedEventsCome) {
  start_wanting({.names = {"A", "B"}});
  publish("A");
  ASSERT_TRUE(topics_become({a_topic, b_topic}));
  publish("A");
  publish("Noise"), lose("Noise"), lose("A"), lose("A"), publish("Noise");
  publish("A");
  ASSERT_TRUE(run_until([&] { return !recorder.losses.empty(); }));
  EXPECT_THAT(recorder.losses, ElementsAre(2));
  EXPECT_EQ(server->counters().lost_events, 2U);
  publish("B");
  ASSERT_TRUE(arrives("B"));
  EXPECT_EQ(recorder.losses.size(), 1U);
}

TEST_F(ZmqFilter, ALossDuringTheChangeIsFound) {
  start_wanting({.names = {"A", "B"}});
  publish("A");
  ASSERT_TRUE(arrives("A"));
  lose("A"), lose("B");  // whether before the change or after it
  publish("A");
  ASSERT_TRUE(run_until([&] { return !recorder.losses.empty(); }));
  publish("B");
  ASSERT_TRUE(run_until([&] { return server->counters().lost_events == 2; }));
}

TEST_F(ZmqFilter, NumbersThatStartOverWhileOnlyWantedEventsComeAreALossOfUnknownSize) {
  start_wanting({.names = {"A"}});
  for (int i = 0; i < 5; ++i) publish("A");
  ASSERT_TRUE(topics_become({a_topic}));
  peer.publish(R"({"Event":"A","ZmqNamePrevious":"0","ZmqNameSequence":"1","ZmqSequence":"2"})");
  ASSERT_TRUE(run_until([&] { return !recorder.losses.empty(); }));
  EXPECT_THAT(recorder.losses, ElementsAre(0));
}

TEST_F(ZmqFilter, TheInterestMayGrowAndShrinkAndBecomeAllAndNothing) {
  start_wanting({.names = {"A"}});
  publish("A");
  ASSERT_TRUE(topics_become({a_topic}));
  server->set_interest({.names = {"A", "B"}});
  ASSERT_TRUE(topics_become({a_topic, b_topic}));
  EXPECT_THAT(peer.subscriptions, ElementsAre("+", "+" + a_topic, "-", "+" + b_topic));
  server->set_interest({.names = {"B"}});
  ASSERT_TRUE(topics_become({b_topic}));
  server->set_interest({.all = true});
  ASSERT_TRUE(topics_become(everything));
  publish("Noise");
  ASSERT_TRUE(arrives("Noise"));
  lose("Noise"), publish("Noise");
  ASSERT_TRUE(run_until([&] { return !recorder.losses.empty(); })) << "the numbers of all count again";
  server->set_interest({});
  ASSERT_TRUE(topics_become({}));
  EXPECT_TRUE(server->up());
}

TEST_F(ZmqFilter, AnOlderModuleIsAskedForAllBecauseItsLossesWouldNotBeFound) {
  start_wanting({.names = {"A"}});
  peer.publish(R"({"Event":"A","ZmqSequence":"1"})");
  peer.publish(R"({"Event":"Noise","ZmqSequence":"5"})");
  ASSERT_TRUE(run_until([&] { return !recorder.losses.empty(); }));
  EXPECT_THAT(recorder.losses, ElementsAre(3));
  EXPECT_EQ(peer.topics, everything);
}

TEST_F(ZmqFilter, TheOriginalModuleHasNoNumbersAndIsAskedForWhatIsWanted) {
  start_wanting({.names = {"A"}});
  peer.publish(R"({"Event":"Noise"})");
  EXPECT_TRUE(topics_become({a_topic}));
}

TEST_F(ZmqFilter, TraceShowsAllEvents) {
  ServerConfig config = config_of(peer);
  config.trace = true;
  start(config, {});
  server->set_interest({.names = {"A"}});
  ASSERT_TRUE(run_until([&] { return server->up() && peer.topics == everything; }));
  publish("Noise");
  ASSERT_TRUE(arrives("Noise"));
  publish("Other");
  ASSERT_TRUE(arrives("Other"));
  EXPECT_EQ(peer.topics, everything);
}

TEST_F(ZmqFilter, ANewConnectionBeginsWithAllAndIsNarrowedAgain) {
  start_wanting({.names = {"A"}});
  publish("A");
  ASSERT_TRUE(topics_become({a_topic}));
  peer.close();
  ASSERT_TRUE(run_until([&] { return recorder.downs == 1; }));
  for (int i = 0; i < 9; ++i) lose("A");
  peer.open(peer.command_address, peer.event_address);
  ASSERT_TRUE(run_until([&] { return recorder.ups == 2 && peer.topics == everything; }));
  publish("A");
  ASSERT_TRUE(topics_become({a_topic}));
  publish("A");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 3; }));
  EXPECT_THAT(recorder.losses, IsEmpty()) << "on_server_up says it already";
}

TEST_F(ZmqFilter, ChangesOfTheInterestUnderLoadStallNothingAndLoseNothing) {
  start_wanting({.names = {"A", "B"}});
  publish("A");
  ASSERT_TRUE(topics_become({a_topic, b_topic}));
  constexpr std::size_t rounds = 2'000;
  for (std::size_t i = 0; i < rounds; ++i) {
    publish("A"), publish("Noise");
    const bool all = i % 3 == 0;
    server->set_interest(all ? Interest{.all = true} : Interest{.names = {"A", i % 3 == 1 ? "B" : "C"}});
    if (i % 20 == 0) {
      ASSERT_TRUE(run_until([&] { return recorder.names.size() >= i / 20; }));
    }
  }
  ASSERT_TRUE(run_until([&] { return std::count(recorder.names.begin(), recorder.names.end(), "A") == rounds + 1; }));
}

}  // namespace
}  // namespace amibroker::link::zeromq
