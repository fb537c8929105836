// SPDX-License-Identifier: Apache-2.0
//
// The plugin bus: readers get the events that they subscribe to, clients get the actions that are allowed, and one that
// does not read costs only itself.
#include <nlohmann/json.hpp>

#include "tests/system/system_fixture.hpp"
#include "tests/unit/bus/peers.hpp"

namespace amibroker::system_test {
namespace {

using bus_test::BusPeer;
using bus_test::Frames;
using bus_test::FreePort;
using bus_test::KeyPair;
using sim::DeviceState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class Bus : public System {
 protected:
  void start_bus(const std::string& options = {}) {
    events.release();
    actions.release();
    start_and_connect("", "[plugins]\nbus = yes\n[plugin bus]\nevents = " + events.endpoint() +
                              "\nactions = " + actions.endpoint() + "\nallow = Setvar, Ping\n" + options);
    ASSERT_TRUE(daemon->says("events: listens at")) << daemon->output();
    ASSERT_TRUE(daemon->says("actions: listens at")) << daemon->output();
  }
  /// A reader whose subscription the servers know.
  std::unique_ptr<BusPeer> reader(const std::string& topic, const std::string& event) {
    auto peer = std::make_unique<BusPeer>(zmq::socket_type::sub, events.endpoint());
    peer->subscribe(topic);
    EXPECT_TRUE(eventually([&] { return all_name(event); })) << daemon->output();
    return peer;
  }
  void publish(std::size_t server, const std::string& event, const std::string& value) {
    (*fleet)[server].publish({{"Event", event}, {"Channel", value}});
  }
  /// Publishes Hangups until this reader, which need not be the first one, gets one; its number.
  std::uint64_t first_number(BusPeer& peer) {
    Frames frames;
    EXPECT_TRUE(eventually([&] {
      publish(0, "Hangup", "first");
      frames = peer.next(100);
      return !frames.empty();
    })) << daemon->output();
    while (!frames.empty()) {
      const Frames later = peer.next(100);
      if (later.empty()) return std::stoull(frames[1]);
      frames = later;
    }
    return 0;
  }
  /// Sends a request as a REQ socket does, and gives the answer.
  nlohmann::json ask(const std::string& request) {
    BusPeer client(zmq::socket_type::req, actions.endpoint());
    client.send({request});
    const Frames answer = client.next();
    EXPECT_THAT(answer, SizeIs(1)) << request << "\n" << daemon->output();
    return answer.empty() ? nlohmann::json() : nlohmann::json::parse(answer[0]);
  }

  FreePort events;
  FreePort actions;
};

TEST_F(Bus, AReaderGetsTheEventsOfItsTopicNumberedAndNoOthers) {
  make_fleet(2);
  start_bus();
  const auto peer = reader("event/server-1/Hangup", "Hangup");
  publish(0, "Hangup", "PJSIP/100-1");
  publish(1, "Newchannel", "PJSIP/100-2");
  publish(1, "Hangup", "PJSIP/100-3");
  publish(1, "Hangup", "PJSIP/100-4");
  const Frames first = peer->next();
  ASSERT_THAT(first, SizeIs(4)) << daemon->output();
  EXPECT_EQ(first[0], "event/server-1/Hangup");
  EXPECT_EQ(first[1], "1");
  EXPECT_EQ(nlohmann::json::parse(first[2]).at("Channel"), "PJSIP/100-3");
  const Frames second = peer->next();
  ASSERT_THAT(second, SizeIs(4));
  EXPECT_EQ(second[1], "2");
  EXPECT_EQ(second[3], first[3]);
}

TEST_F(Bus, ServersAreAskedForWhatReadersWantAndNoLongerWhenTheyAreGone) {
  make_fleet(1);
  start_bus();
  const auto peer = reader("event/server-0/Hangup", "Hangup");
  EXPECT_FALSE(all_name("Newchannel"));
  auto other = reader("event/server-0/Newchannel", "Newchannel");
  peer->unsubscribe("event/server-0/Hangup");
  EXPECT_TRUE(eventually([&] { return !all_name("Hangup") && all_name("Newchannel"); }));
  other.reset();
  EXPECT_TRUE(eventually([&] { return !all_name("Newchannel"); })) << "its end is an end of its subscriptions";
  peer->subscribe("event/");
  EXPECT_TRUE(eventually([&] { return (*fleet)[0].topics() == std::set<std::string>{""}; })) << "all events";
  peer->unsubscribe("event/");
  EXPECT_TRUE(eventually([&] { return all_name("DeviceStateChange") && !all_name("Hangup"); })) << "and no longer";
}

TEST_F(Bus, AReaderThatStopsLosesOnlyItsOwnAndNoLampIsLate) {
  make_fleet(2);
  start_bus("queue = 10\n");
  const auto stopped = reader("event/server-0/Hangup", "Hangup");
  const auto reads = reader("event/server-0/Hangup", "Hangup");
  std::uint64_t last_of_stopped = first_number(*stopped);
  std::uint64_t last = first_number(*reads);
  // More than its socket and both kernels hold.
  constexpr int count = 3000;
  const std::string large(6000, 'x');
  for (int i = 0; i < count; ++i) {
    publish(0, "Hangup", large);
    const Frames frames = reads->next();
    ASSERT_THAT(frames, SizeIs(4)) << daemon->output();
    ASSERT_EQ(frames[1], std::to_string(++last)) << "who reads misses nothing";
    if (i % 500 != 0) continue;
    (*fleet)[0].set_device_state("PJSIP/100", i % 1000 == 0 ? DeviceState::ringing : DeviceState::inuse);
    ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); })) << daemon->output();
  }
  std::uint64_t missed = 0;
  while (last_of_stopped < last) {
    publish(0, "Hangup", "after");
    const Frames frames = stopped->next();
    ASSERT_THAT(frames, SizeIs(4)) << "it is served again once it reads: " << daemon->output();
    const std::uint64_t number = std::stoull(frames[1]);
    missed += number - last_of_stopped - 1;
    last_of_stopped = number;
  }
  EXPECT_GT(missed, 0U) << "the numbers say what it missed";
}

TEST_F(Bus, AnActionOfTheListReachesItsServerAndIsAnswered) {
  make_fleet(2);
  start_bus();
  const auto answer = ask(R"x({"server":"server-1","Action":"Setvar","ActionID":"7",
                            "Variable":"DEVICE_STATE(Custom:night)","Value":"INUSE"})x");
  EXPECT_EQ(answer.at("outcome"), "success") << daemon->output();
  EXPECT_EQ(answer.at("ActionID"), "7");
  EXPECT_EQ(answer.at("server"), "server-1");
  EXPECT_THAT(answer.at("messages"), SizeIs(1));
  EXPECT_THAT(written(1, "Custom:night"), ElementsAre("INUSE"));
  EXPECT_TRUE((*fleet)[0].history("Custom:night").empty());
}

TEST_F(Bus, WhatIsNotAllowedOrNoRequestIsRefusedWithAReason) {
  make_fleet(1);
  start_bus();
  const auto refused = ask(R"({"server":"server-0","Action":"Originate","ActionID":"8","Channel":"PJSIP/1"})");
  EXPECT_EQ(refused.at("outcome"), "refused");
  EXPECT_EQ(refused.at("ActionID"), "8");
  EXPECT_EQ(refused.at("text"), "the action Originate is not in allow of the bus");
  EXPECT_TRUE(
      daemon->says("asked for the action Originate, which is not sent: if clients may do that, add it to allow"));
  EXPECT_THAT(std::string(ask("Action: Ping").at("text")), HasSubstr("is no JSON object"));
  EXPECT_EQ(ask(R"({"server":"nowhere","Action":"Ping"})").at("text"), "no server has a section of this name");
  EXPECT_EQ(ask(R"({"server":"server-0","Action":"Ping"})").at("outcome"), "success");
  EXPECT_FALSE((*fleet)[0].counters().actions.contains("Originate"));
}

TEST_F(Bus, WithKeysOnlyListedOnesComeIn) {
  make_fleet(1);
  const KeyPair bus = KeyPair::make();
  const KeyPair listed = KeyPair::make();
  const KeyPair other = KeyPair::make();
  std::filesystem::permissions(folder.write("bus.secret", bus.secret_key + "\n"), std::filesystem::perms::owner_all);
  start_bus("curve_secret_file = bus.secret\ncurve_clients = " + listed.public_key + "\n");
  BusPeer stranger(zmq::socket_type::sub, events.endpoint(), other, bus.public_key);
  stranger.subscribe("event/server-0/Newchannel");
  BusPeer plain(zmq::socket_type::req, actions.endpoint());
  plain.send({R"({"server":"server-0","Action":"Ping"})"});
  EXPECT_TRUE(daemon->says("has the key " + other.public_key + ", which is not let in")) << daemon->output();
  BusPeer peer(zmq::socket_type::sub, events.endpoint(), listed, bus.public_key);
  peer.subscribe("event/server-0/Hangup");
  ASSERT_TRUE(eventually([&] { return all_name("Hangup"); })) << daemon->output();
  publish(0, "Hangup", "PJSIP/100-1");
  EXPECT_THAT(peer.next(), SizeIs(4));
  BusPeer client(zmq::socket_type::req, actions.endpoint(), listed, bus.public_key);
  client.send({R"({"server":"server-0","Action":"Ping"})"});
  EXPECT_THAT(client.next(), SizeIs(1));
  EXPECT_FALSE(all_name("Newchannel"));
  EXPECT_THAT(plain.next(0), SizeIs(0));
  EXPECT_THAT(daemon->output(), Not(HasSubstr(bus.secret_key)));
}

TEST_F(Bus, AnAddressThatOthersReachNeedsKeys) {
  make_fleet(1);
  start(config("", "[plugins]\nbus = yes\n[plugin bus]\nevents = tcp://*:9478\n"));
  EXPECT_EQ(daemon->exit_code(), 78) << daemon->output();
  EXPECT_THAT(daemon->output(),
              HasSubstr("option events is an address that other machines can reach, so it needs keys"));
  daemon.reset();
}

}  // namespace
}  // namespace amibroker::system_test
