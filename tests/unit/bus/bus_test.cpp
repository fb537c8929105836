// SPDX-License-Identifier: Apache-2.0
//
// The plugin with its sockets, between a broker that is not there and readers that are.
#include "plugins/bus/bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "tests/unit/bus/peers.hpp"

namespace amibroker::bus {
namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using bus_test::BusPeer;
using bus_test::Frames;
using bus_test::FreePort;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BusPlugin : public ::testing::Test {
 protected:
  ~BusPlugin() override { host.stop(plugin); }

  void start() {
    host.option_values.set("events", events.endpoint());
    host.option_values.set("actions", actions.endpoint());
    host.option_values.set("allow", "Setvar");
    events.release();
    actions.release();
    host.start(plugin);
  }
  /// Does the loop's work until that holds; false after 20 s.
  bool until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      if (host.run_posted() == 0) std::this_thread::yield();
    }
    return true;
  }
  void event(ServerId server, const std::string& name, const std::string& channel) {
    plugin.on_event(server, MessageBuilder(name).add("Channel", channel).message());
  }
  /// A client's message, the request that it becomes, and how it is answered.
  void ask(BusPeer& client, const Frames& frames) {
    client.send(frames);
    ASSERT_TRUE(until([&] { return !host.requests.empty(); }));
    host.answer(Outcome::success, "done");
  }

  FreePort events;
  FreePort actions;
  FakeHost host{{"One", "Two"}, Bus::options};
  Bus plugin;
};

TEST_F(BusPlugin, AsksForWhatReadersWant) {
  start();
  EXPECT_THAT(host.subscribed, IsEmpty());
  BusPeer reader(zmq::socket_type::sub, events.endpoint());
  reader.subscribe("event/server-1/Hangup");
  ASSERT_TRUE(until([&] { return host.subscribed == std::vector<std::string>{"Hangup"}; }));
  reader.subscribe("event/server-2/Hangup");
  reader.subscribe("event/server-2/Newchannel");
  ASSERT_TRUE(until([&] { return host.subscribed.size() == 2; }));
  reader.unsubscribe("event/server-1/Hangup");
  reader.unsubscribe("event/server-2/Newchannel");
  ASSERT_TRUE(until([&] { return host.subscribed.size() == 1; }));
  EXPECT_THAT(host.subscribed, ElementsAre("Hangup"));
  EXPECT_FALSE(host.subscribed_to_all);
  reader.subscribe("event/server-1/");
  EXPECT_TRUE(until([&] { return host.subscribed_to_all; }));
  reader.unsubscribe("event/server-1/");
  EXPECT_TRUE(until([&] { return !host.subscribed_to_all; }));
  EXPECT_THAT(host.subscribed, ElementsAre("Hangup"));
}

TEST_F(BusPlugin, PublishesOnlyToTopicsThatSomebodyWantsAndNumbersThem) {
  start();
  BusPeer reader(zmq::socket_type::sub, events.endpoint());
  reader.subscribe("event/server-2/Hangup");
  ASSERT_TRUE(until([&] { return !host.subscribed.empty(); }));
  event(0, "Hangup", "a");
  event(1, "Hangup", "b");
  event(1, "Hangup", "c");
  const Frames first = reader.next();
  ASSERT_THAT(first, SizeIs(4));
  EXPECT_EQ(first[0], "event/server-2/Hangup");
  EXPECT_EQ(first[1], "1");
  EXPECT_EQ(first[2], R"({"Event":"Hangup","Channel":"b"})");
  EXPECT_THAT(first[3], SizeIs(16));
  EXPECT_EQ(reader.next().at(1), "2");
  EXPECT_TRUE(until([&] { return host.counted("published") == 2; }));
}

TEST_F(BusPlugin, WhatIsDroppedOnTheWayIsMissingInTheNumbers) {
  start();
  BusPeer reader(zmq::socket_type::sub, events.endpoint());
  reader.subscribe("event/server-1/Hangup");
  ASSERT_TRUE(until([&] { return !host.subscribed.empty(); }));
  event(0, "Hangup", "first");
  event(0, "Hangup", std::string(longest_json, 'x'));
  event(0, "Hangup", "third");
  EXPECT_EQ(reader.next().at(1), "1");
  EXPECT_EQ(reader.next().at(1), "3");
  EXPECT_EQ(host.counted("bad events"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "One sent an event of more than 65536 bytes, which is not published"), 1U);
}

TEST_F(BusPlugin, AnEventWithAHostileNameHasNoTopic) {
  start();
  BusPeer reader(zmq::socket_type::sub, events.endpoint());
  reader.subscribe("event/");
  ASSERT_TRUE(until([&] { return host.subscribed_to_all; }));
  event(0, "Hangup/../x", "a");
  event(0, "", "b");
  event(0, "Hangup", "c");
  EXPECT_EQ(reader.next().at(0), "event/server-1/Hangup");
  EXPECT_EQ(host.counted("bad events"), 2U);
}

TEST_F(BusPlugin, ReadersOfServersAreToldHowTheyAreAndWhatChanges) {
  host.set_up(1);
  start();
  BusPeer reader(zmq::socket_type::sub, events.endpoint());
  reader.subscribe("server/");
  ASSERT_TRUE(until([&] { return host.counted("published") == 2; }));
  Frames frames = reader.next();
  EXPECT_EQ(frames.at(0), "server/server-1");
  EXPECT_EQ(frames.at(2), R"({"name":"One","state":"down"})");
  EXPECT_EQ(reader.next().at(2), R"({"name":"Two","state":"up"})");
  host.bring_up(plugin, 0);
  EXPECT_EQ(reader.next().at(2), R"({"name":"One","state":"up"})");
  BusPeer second(zmq::socket_type::sub, events.endpoint());
  second.subscribe("server/");
  ASSERT_TRUE(until([&] { return host.counted("published") == 5; })) << "a second reader is told, too";
  EXPECT_EQ(second.next().at(2), R"({"name":"One","state":"up"})");
  host.retire_server(plugin, 1);
  EXPECT_EQ(second.next().at(2), R"({"name":"Two","state":"up"})");
  EXPECT_EQ(second.next().at(2), R"({"name":"Two","state":"down"})");
  EXPECT_EQ(second.next().at(2), R"({"name":"Two","state":"gone"})");
}

TEST_F(BusPlugin, ReadersOfLostAreToldWhatNeverReachedTheBroker) {
  start();
  BusPeer reader(zmq::socket_type::sub, events.endpoint());
  reader.subscribe("lost/");
  reader.subscribe("event/server-1/Hangup");
  ASSERT_TRUE(until([&] { return !host.subscribed.empty(); }));
  plugin.on_events_lost(0, 3);
  const Frames frames = reader.next();
  EXPECT_EQ(frames.at(0), "lost/server-1");
  EXPECT_EQ(frames.at(2), R"({"count":3})");
}

TEST_F(BusPlugin, ClientsMayBeReqOrDealerAndGetTheirOwnAnswers) {
  start();
  const std::string request = R"({"server":"server-2","Action":"Setvar","ActionID":"7","Variable":"X","Value":"1"})";
  BusPeer req(zmq::socket_type::req, actions.endpoint());
  ask(req, {request});
  EXPECT_THAT(req.next(), ElementsAre(HasSubstr(R"("ActionID":"7","outcome":"success","text":"done")")));
  BusPeer dealer(zmq::socket_type::dealer, actions.endpoint());
  ask(dealer, {request});
  EXPECT_THAT(dealer.next(), ElementsAre(HasSubstr("success")));
  ask(dealer, {"", request});
  EXPECT_THAT(dealer.next(), ElementsAre("", HasSubstr("success")));
  EXPECT_EQ(host.counted("actions"), 3U);
}

TEST_F(BusPlugin, WhatIsNotAllowedOrTooMuchNeverReachesTheLoop) {
  start();
  BusPeer client(zmq::socket_type::dealer, actions.endpoint());
  client.send({R"({"server":"server-1","Action":"Originate"})"});
  EXPECT_THAT(client.next(), ElementsAre(HasSubstr("the action Originate is not in allow of the bus")));
  client.send({"a", "b"});
  client.send({"", "b", "c", "d"});
  client.send({"x"});
  EXPECT_THAT(client.next(), ElementsAre(HasSubstr("is no JSON object")));
  EXPECT_EQ(host.counted("bad requests"), 3U);
  EXPECT_EQ(host.counted("actions not allowed"), 1U);
  EXPECT_EQ(host.run_posted(), 0U);
  const std::string request = R"({"server":"server-1","Action":"Setvar","Variable":"X","Value":"1"})";
  for (int i = 0; i < 101; ++i) client.send({request});
  EXPECT_THAT(client.next(), ElementsAre(HasSubstr("too many actions are under way")));
  ASSERT_TRUE(until([&] { return host.requests.size() == 100; }));
  host.answer_all();
  for (int i = 0; i < 100; ++i) EXPECT_THAT(client.next(), ElementsAre(HasSubstr("success")));
  ask(client, {request});
  EXPECT_THAT(client.next(), ElementsAre(HasSubstr("success"))) << "there is room again";
}

TEST_F(BusPlugin, APortThatSomebodyHasIsTakenAsSoonAsItIsFree) {
  FakeHost other_host{{"One"}, Bus::options};
  Bus other;
  other_host.option_values.set("events", events.endpoint());
  events.release();
  other_host.start(other);
  ASSERT_TRUE(until([&] { return other_host.logged(Level::info, "events: listens at") == 1; }));
  start();
  ASSERT_TRUE(until([&] { return host.logged(Level::warning, "events: cannot listen at ") == 1; }));
  EXPECT_EQ(host.logged(Level::warning, "Address already in use"), 1U);
  other_host.stop(other);
  EXPECT_TRUE(until([&] { return host.logged(Level::info, "events: listens at") == 1; }));
}

}  // namespace
}  // namespace amibroker::bus
