// SPDX-License-Identifier: Apache-2.0
//
// The whole plugin against an MQTT broker that is slow, silent, gone or hostile.
#include "../mqtt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <amibroker/testing/conformance.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker.hpp"

namespace mqtt {
namespace {

using namespace std::chrono_literals;
using amibroker::Level;
using amibroker::Message;
using amibroker::Outcome;
using amibroker::Reply;
using amibroker::ServerId;
using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using amibroker::testing::Request;
using amibroker::testing::Timeouts;
using testing::Broker;
using ::testing::HasSubstr;
using testing::Retained;
using Clock = std::chrono::steady_clock;

/// Name and state.
using Names = std::vector<std::pair<std::string, std::string>>;

class MqttPlugin : public ::testing::Test {
 protected:
  MqttPlugin() {
    host.option_values.set("host", "127.0.0.1");
    host.option_values.set("port", std::to_string(broker.port()));
  }
  ~MqttPlugin() override {
    if (is_started_) host.stop(plugin);
  }

  void start() {
    host.start(plugin);
    is_started_ = true;
  }
  /// How long it took.
  Clock::duration stop() {
    const auto begin = Clock::now();
    host.stop(plugin);
    is_started_ = false;
    return Clock::now() - begin;
  }

  /// Runs the loop until `predicate` is true.
  bool eventually(const std::function<bool()>& predicate) {
    for (const auto end = Clock::now() + 20s; Clock::now() < end;) {
      host.run_posted();
      host.clock.advance(1ms);
      if (predicate()) return true;
      broker.wait_for_change(2ms);
    }
    return false;
  }
  bool retains(const std::string& topic, const std::string& state) {
    return eventually([&] {
      const Retained all = broker.retained();
      const auto found = all.find(topic);
      return found == all.end() ? state.empty() : found->second == state;
    });
  }

  void device(ServerId server, std::string_view name, std::string_view state) {
    MessageBuilder event("DeviceStateChange");
    event.add("Device", name).add("State", state);
    plugin.on_event(server, event.message());
  }

  /// Answers the oldest request for a list of devices of this server; other requests for lists get an empty one.
  void list(ServerId server, const Names& names, Outcome outcome = Outcome::success) {
    for (Request& request : std::exchange(host.requests, {})) {
      const bool is_it = request.server == server && request.action.name() == "DeviceStateList";
      std::deque<MessageBuilder> texts;
      texts.emplace_back().add("Response", "Success").add("EventList", "start");
      if (is_it)
        for (const auto& [name, state] : names)
          texts.emplace_back("DeviceStateChange").add("Device", name).add("State", state);
      texts.emplace_back("DeviceStateListComplete").add("EventList", "Complete");
      std::vector<Message> messages;
      for (const MessageBuilder& text : texts) messages.push_back(text.message());
      request.done(Reply{is_it ? outcome : Outcome::success, "no such action", messages});
    }
  }

  Broker broker;
  FakeHost host{{"One", "Two"}, option_table, Timeouts::by_the_test};
  Mqtt plugin;

 private:
  bool is_started_ = false;
};

TEST_F(MqttPlugin, PublishesTheStatesOfAllServersAndWhetherTheyAreUp) {
  host.set_up(0);
  start();
  list(0, {{"PJSIP/100", "INUSE"}, {"Custom:PJSIP/200", "BUSY"}});
  device(1, "PJSIP/200", "RINGING");
  MessageBuilder presence("PresenceStateChange");
  presence.add("Presentity", "CustomPresence:anna").add("Status", "away").add("Message", "lunch");
  plugin.on_event(0, presence.message());
  const Retained all{{"amibroker/broker", "online"},
                     {"amibroker/server-1/status", "online"},
                     {"amibroker/server-2/status", "offline"},
                     {"amibroker/server-1/device/PJSIP%2F100", "INUSE"},
                     {"amibroker/server-1/presence/CustomPresence:anna", "away"},
                     {"amibroker/server-2/device/PJSIP%2F200", "RINGING"}};
  EXPECT_TRUE(eventually([&] { return broker.retained() == all; })) << ::testing::PrintToString(broker.retained());
  EXPECT_EQ(host.counted("not_published"), 1U);
  host.take_down(plugin, 0);
  EXPECT_TRUE(retains("amibroker/server-1/status", "offline"));
  EXPECT_TRUE(retains("amibroker/server-1/device/PJSIP%2F100", "INUSE")) << "the last that is known";
}

TEST_F(MqttPlugin, TheListThatComesLaterDoesNotUndoAnEvent) {
  host.set_up(0);
  start();
  device(0, "PJSIP/1", "RINGING");
  list(0, {{"PJSIP/1", "NOT_INUSE"}, {"PJSIP/2", "BUSY"}});
  EXPECT_TRUE(retains("amibroker/server-1/device/PJSIP%2F2", "BUSY"));
  EXPECT_TRUE(retains("amibroker/server-1/device/PJSIP%2F1", "RINGING"));
}

TEST_F(MqttPlugin, ALongListIsReadInSlicesBetweenWhichEventsCount) {
  host.set_up(0);
  start();
  Names names;
  for (int i = 0; i < 3000; ++i) names.emplace_back(std::to_string(i), "INUSE");
  list(0, names);
  plugin.on_report();
  EXPECT_EQ(host.logged(Level::info, " 500 names"), 1U);
  device(0, "2999", "BUSY");
  EXPECT_TRUE(retains("amibroker/server-1/device/2998", "INUSE"));
  EXPECT_TRUE(retains("amibroker/server-1/device/2999", "BUSY"));
  host.take_down(plugin, 0);
  host.bring_up(plugin, 0);
  list(0, {{"0", "INUSE"}});
  host.take_down(plugin, 0);  // before all names are looked at that may be gone
  host.bring_up(plugin, 0);
  host.clock.advance(1s);
  device(0, "after", "INUSE");
  EXPECT_TRUE(retains("amibroker/server-1/device/after", "INUSE"));
  EXPECT_EQ(broker.topics(), 3 + 3001U - 999U) << "of the first thousand one was in the list that was broken off";
  list(0, {{"1", "INUSE"}});
  EXPECT_TRUE(eventually([&] { return broker.topics() == 3 + 2; })) << broker.topics();
}

TEST_F(MqttPlugin, StatesAreReadAgainSoonAfterTheStartWhenEventsWereLostAndRegularly) {
  host.set_up(0);
  start();
  list(0, {{"PJSIP/1", "INUSE"}});
  host.clock.advance(4s);
  EXPECT_TRUE(host.requests.empty());
  host.clock.advance(2s);
  ASSERT_EQ(host.requests.size(), 2U);
  list(0, {{"PJSIP/2", "INUSE"}});
  EXPECT_TRUE(retains("amibroker/server-1/device/PJSIP%2F2", "INUSE"));
  EXPECT_TRUE(retains("amibroker/server-1/device/PJSIP%2F1", "")) << "it is gone";
  plugin.on_events_lost(0, 1);
  host.clock.advance(8s);
  EXPECT_TRUE(host.requests.empty()) << "not one list after the other";
  host.clock.advance(4s);
  EXPECT_EQ(host.requests.size(), 2U);
  plugin.on_events_lost(0, 1);  // while it is read
  list(0, {});
  host.clock.advance(12s);
  EXPECT_EQ(host.requests.size(), 2U);
  list(0, {});
  host.clock.advance(295s);
  EXPECT_TRUE(host.requests.empty());
  host.clock.advance(10s);
  EXPECT_EQ(host.requests.size(), 2U);
}

TEST_F(MqttPlugin, AServerThatRefusesItsListIsNamedOnceAndAskedAgain) {
  host.set_up(0);
  start();
  for (int i = 0; i < 3; ++i) {
    list(0, {}, Outcome::error);
    EXPECT_TRUE(host.requests.empty());
    host.clock.advance(61s);
    EXPECT_FALSE(host.requests.empty());
  }
  EXPECT_EQ(host.logged(Level::warning, "One does not list its states: DeviceStateList: no such action"), 1U);
}

TEST_F(MqttPlugin, WhenTheBrokerIsBackItHasTheLatestOfEverythingAndNothingThatIsGone) {
  host.set_up(0);
  start();
  list(0, {{"PJSIP/1", "INUSE"}, {"PJSIP/2", "INUSE"}, {"PJSIP/3", "INUSE"}});
  ASSERT_TRUE(retains("amibroker/server-1/device/PJSIP%2F3", "INUSE"));
  broker.set(Broker::Way::dead);
  ASSERT_TRUE(
      eventually([&] { return host.logged(Level::warning, "the connection to the MQTT broker is lost") == 1; }));
  device(0, "PJSIP/1", "RINGING");
  device(0, "PJSIP/1", "BUSY");
  host.clock.advance(10s);
  list(0, {{"PJSIP/1", "BUSY"}, {"PJSIP/2", "INUSE"}});
  broker.set(Broker::Way::serves);
  const Retained all{{"amibroker/broker", "online"},
                     {"amibroker/server-1/status", "online"},
                     {"amibroker/server-2/status", "offline"},
                     {"amibroker/server-1/device/PJSIP%2F1", "BUSY"},
                     {"amibroker/server-1/device/PJSIP%2F2", "INUSE"}};
  EXPECT_TRUE(eventually([&] { return broker.retained() == all; })) << ::testing::PrintToString(broker.retained());
}

TEST_F(MqttPlugin, ABrokerThatStopsReadingCostsNothingButTheStatesInBetween) {
  start();
  ASSERT_TRUE(retains("amibroker/broker", "online"));
  broker.set(Broker::Way::silent);
  // More than the kernel and the sender hold.
  constexpr int names = 2000;
  constexpr int rounds = 60;
  for (int round = 0; round < rounds; ++round)
    for (int i = 0; i < names; ++i) {
      device(0, "PJSIP/" + std::to_string(i) + std::string(150, 'x'), round % 2 == 0 ? "INUSE" : "RINGING");
      if (i % 20 == 0) eventually([] { return true; });
    }
  EXPECT_EQ(host.counted("mqtt dropped"), 0U) << "what has no room is not given away";
  device(0, "PJSIP/last", "BUSY");
  broker.set(Broker::Way::serves);
  ASSERT_TRUE(retains("amibroker/server-1/device/PJSIP%2Flast", "BUSY"));
  EXPECT_TRUE(eventually([&] {
    const Retained all = broker.retained();
    return all.size() == names + 4 &&
           all.at("amibroker/server-1/device/PJSIP%2F7" + std::string(150, 'x')) == "RINGING";
  }));
  EXPECT_LT(broker.messages(), std::size_t{names} * rounds / 2) << "only the latest states waited";
}

TEST_F(MqttPlugin, AHundredThousandNamesArePublishedAndPublishedAgain) {
  host.option_values.set("max_names", "100000");
  start();
  ASSERT_TRUE(retains("amibroker/broker", "online"));
  for (int i = 0; i < 100'000; ++i) device(0, "PJSIP/" + std::to_string(i), "INUSE");
  device(0, "PJSIP/one-too-many", "INUSE");
  EXPECT_TRUE(eventually([&] { return broker.messages() == 100'003; })) << broker.messages();
  EXPECT_EQ(host.counted("no_room"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "One has more than max_names = 100000 names"), 1U);
  broker.set(Broker::Way::dead);
  ASSERT_TRUE(eventually([&] { return host.logged(Level::warning, "is lost") == 1; }));
  broker.set(Broker::Way::serves);
  EXPECT_TRUE(eventually([&] { return broker.topics() == 100'003; })) << broker.topics();
}

TEST_F(MqttPlugin, HostileNamesStayWithinTheirLevel) {
  start();
  device(0, "#", "INUSE");
  device(0, "+/../$SYS", "BUSY");
  device(0, "a b\n\xff", "ONHOLD");
  for (const std::string& refused : {std::string(), std::string(65536, 'x'), std::string(201, '/')})
    device(0, refused, "INUSE");
  device(0, "PJSIP/1", "INUSE\nx y");
  EXPECT_TRUE(retains("amibroker/server-1/device/a%20b%0A%FF", "ONHOLD"));
  EXPECT_TRUE(retains("amibroker/server-1/device/%23", "INUSE"));
  EXPECT_TRUE(retains("amibroker/server-1/device/%2B%2F..%2F$SYS", "BUSY"));
  EXPECT_EQ(host.counted("bad_events"), 4U);
}

TEST_F(MqttPlugin, NothingOfAServerThatIsTakenOutStaysPublishedAndOneThatComesBackIsPublished) {
  host.set_up(1);
  start();
  device(1, "PJSIP/1", "INUSE");
  ASSERT_TRUE(retains("amibroker/server-2/device/PJSIP%2F1", "INUSE"));
  host.retire_server(plugin, 1);
  const Retained left{{"amibroker/broker", "online"}, {"amibroker/server-1/status", "offline"}};
  EXPECT_TRUE(eventually([&] { return broker.retained() == left; })) << ::testing::PrintToString(broker.retained());
}

class EachQuality : public MqttPlugin, public ::testing::WithParamInterface<int> {};

TEST_P(EachQuality, AllIsPublishedAndTheEndIsSaid) {
  host.option_values.set("qos", std::to_string(GetParam()));
  start();
  for (int i = 0; i < 500; ++i) device(0, std::to_string(i), "INUSE");
  EXPECT_TRUE(eventually([&] { return broker.topics() == 503; })) << broker.topics();
  stop();
  EXPECT_TRUE(retains("amibroker/broker", "offline"));
  EXPECT_TRUE(eventually([&] { return broker.was_left(); }));
}
INSTANTIATE_TEST_SUITE_P(Qualities, EachQuality, ::testing::Values(0, 1, 2));

TEST_F(MqttPlugin, TellsTheBrokerItsAccountItsLastWillAndANameThatStays) {
  host.option_values.set("username", "anna");
  host.option_values.set("password", "pass");
  host.option_values.set("prefix", "home/phones");
  start();
  ASSERT_TRUE(retains("home/phones/broker", "online"));
  const std::string first = broker.connect();
  EXPECT_THAT(first, HasSubstr("home/phones@"));
  EXPECT_THAT(first, HasSubstr(std::string("\0\x12home/phones/broker\0\7offline\0\4anna\0\4pass", 41)));
  broker.set(Broker::Way::dead);
  ASSERT_TRUE(eventually([&] { return host.logged(Level::warning, "is lost") == 1; }));
  broker.set(Broker::Way::serves);
  ASSERT_TRUE(retains("home/phones/broker", "online"));
  EXPECT_EQ(broker.connect(), first);
}

TEST_F(MqttPlugin, ALoginThatIsRefusedIsSaidOnceAndTriedAgain) {
  broker.set(Broker::Way::refuses);
  start();
  ASSERT_TRUE(eventually([&] { return broker.connections() >= 3; }));
  EXPECT_EQ(host.logged(Level::warning, "cannot connect: 127.0.0.1 port " + std::to_string(broker.port()) +
                                            ": Connection Refused: not authorised."),
            1U);
  broker.set(Broker::Way::serves);
  EXPECT_TRUE(retains("amibroker/broker", "online"));
}

TEST_F(MqttPlugin, ABrokerThatSaysNothingIsGivenUpAndTriedAgain) {
  host.option_values.set("keepalive", "5");
  broker.set(Broker::Way::silent);
  start();
  EXPECT_TRUE(eventually([&] { return host.logged(Level::warning, ": it does not answer") == 1; }));
  broker.set(Broker::Way::serves);
  EXPECT_TRUE(retains("amibroker/broker", "online"));
}

TEST_F(MqttPlugin, StopsInTimeWhateverTheBrokerDoes) {
  for (const Broker::Way way : {Broker::Way::silent, Broker::Way::dead, Broker::Way::refuses}) {
    const std::size_t before = broker.connections();
    broker.set(way);
    start();
    ASSERT_TRUE(eventually([&] { return broker.connections() > before; }));
    EXPECT_LT(stop(), 1s) << static_cast<int>(way);
    broker.set(Broker::Way::dead);
  }
}

TEST_F(MqttPlugin, StopsInTimeIfTheBrokerStopsReading) {
  start();
  ASSERT_TRUE(retains("amibroker/broker", "online"));
  broker.set(Broker::Way::silent);
  for (int i = 0; i < 15'000; ++i) {
    device(0, std::to_string(i) + std::string(190, '/'), "INUSE");
    if (i % 10 == 0) eventually([] { return true; });
  }
  EXPECT_LT(stop(), 1s);
  EXPECT_GT(host.counted("mqtt dropped"), 0U) << "it stood still";
}

TEST_F(MqttPlugin, StopsInTimeWithANameThatNobodyKnows) {
  host.option_values.set("host", "no-such-host.invalid");
  start();
  EXPECT_LT(stop(), 1s);
}

TEST_F(MqttPlugin, ReportsWhatItKnows) {
  start();
  device(0, "PJSIP/1", "INUSE");
  plugin.on_report();
  EXPECT_EQ(host.logged(Level::info, "not connected to 127.0.0.1, 1 names, some of them wait"), 1U);
  ASSERT_TRUE(retains("amibroker/server-1/device/PJSIP%2F1", "INUSE"));
  plugin.on_report();
  EXPECT_EQ(host.logged(Level::info, "connected to 127.0.0.1, 1 names"), 2U);
}

}  // namespace
}  // namespace mqtt

// What every plugin must cope with: hostile values, servers that come and go, every outcome of a request.
using amibroker::testing::PluginConformance;
INSTANTIATE_TEST_SUITE_P(Mqtt, PluginConformance,
                         ::testing::Values(amibroker::testing::PluginUnderTest{
                             "mqtt",
                             [] { return std::make_unique<mqtt::Mqtt>(); },
                             mqtt::option_table,
                             {{"DeviceStateChange", {{"Device", "PJSIP/100"}, {"State", "INUSE"}}},
                              {"PresenceStateChange", {{"Presentity", "CustomPresence:100"}, {"Status", "away"}}}},
                             {{"host", "127.0.0.1"}, {"port", "1"}}}));
