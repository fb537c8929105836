// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/fleet.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <thread>

#include "tests/unit/simulator/client.hpp"

namespace amibroker::sim {
namespace {

using enum DeviceState;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kAcknowledged = R"([{"Response":"Success","ActionID":"1","Message":"Variable Set"}])";

Clock::time_point soon() { return Clock::now() + 10s; }

bool refuses(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool refused = ::connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0;
  ::close(made);
  return refused;
}

class FleetTest : public ::testing::Test {
 protected:
  // A client whose subscription has arrived.
  std::unique_ptr<Client> client(std::size_t server = 0) {
    auto made = std::make_unique<Client>(fleet_[server]);
    EXPECT_THAT(made->ask(Client::ping("0")), HasSubstr("Pong"));
    EXPECT_TRUE(fleet_.wait_until(soon(), [&] { return fleet_[server].has_broker(); }));
    return made;
  }
  Fleet fleet_{2};
};

TEST_F(FleetTest, AWriteIsAnsweredPublishedCountedAndRemembered) {
  const auto one = client();
  const auto before = Clock::now();
  EXPECT_EQ(one->ask(Client::setvar("1", "Custom:PJSIP/100", "RINGING")), kAcknowledged);
  EXPECT_EQ(one->event(), R"({"Event":"DeviceStateChange","Privilege":"call,all","SystemName":"a1",)"
                          R"("Device":"Custom:PJSIP/100","State":"RINGING",)"
                          R"("ZmqNamePrevious":"0","ZmqNameSequence":"1","ZmqSequence":"1"})");
  EXPECT_EQ(one->ask(Client::setvar("1", "Custom:PJSIP/100", "RINGING")), kAcknowledged);
  EXPECT_EQ(fleet_[0].device_state("Custom:PJSIP/100"), ringing);
  EXPECT_EQ(fleet_[1].device_state("Custom:PJSIP/100"), invalid);
  const auto counters = fleet_[0].counters();
  EXPECT_EQ(counters.actions.at("Setvar"), 2U);
  EXPECT_EQ(counters.writes, 2U);
  EXPECT_EQ(counters.writes_unchanged, 1U);
  EXPECT_EQ(counters.events, 1U);
  const auto history = fleet_[0].history("Custom:PJSIP/100");
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].value, "RINGING");
  EXPECT_LE(before, history[0].time);
  EXPECT_LE(history[0].time, history[1].time);
  EXPECT_THAT(fleet_[0].history("Custom:other"), IsEmpty());
}

TEST_F(FleetTest, LocalChangesArePublishedWithRisingNumbersAndALostOneIsMissingInThem) {
  const auto one = client();
  fleet_[0].set_device_state("PJSIP/100", inuse);
  fleet_[0].set_presence("CustomPresence:100", {"away", "", "a\"b"});
  fleet_[0].publish({{"Event", "Hangup"}});
  fleet_[0].lose_next_events("Hangup", 1);
  fleet_[0].publish({{"Event", "Hangup"}});
  fleet_[0].publish({{"Event", "Hangup"}});
  fleet_[0].publish_load_zmq();
  const auto numbers = [](int previous, int of_name, int of_all) {
    return R"("ZmqNamePrevious":")" + std::to_string(previous) + R"(","ZmqNameSequence":")" + std::to_string(of_name) +
           R"(","ZmqSequence":")" + std::to_string(of_all) + "\"}";
  };
  EXPECT_THAT(one->event(), HasSubstr(R"("State":"INUSE",)" + numbers(0, 1, 1)));
  EXPECT_THAT(one->event(), HasSubstr(R"("Message":"a\\\"b",)" + numbers(0, 1, 2)));
  EXPECT_EQ(one->event(), R"({"Event":"Hangup",)" + numbers(0, 1, 3));
  EXPECT_EQ(one->event(), R"({"Event":"Hangup",)" + numbers(4, 3, 5));
  EXPECT_EQ(one->event(), R"({"Event":"LoadZmq",)" + numbers(0, 1, 6));
  EXPECT_EQ(fleet_[0].presence("CustomPresence:100"), (Presence{"away", "", "a\"b"}));
}

TEST_F(FleetTest, ManyActionsInFlightAreAnsweredInOrder) {
  const auto one = client();
  for (int i = 0; i < 500; ++i) one->send(Client::ping(std::to_string(i)));
  for (int i = 0; i < 500; ++i) {
    const auto reply = one->next_reply();
    ASSERT_TRUE(reply);
    ASSERT_THAT(reply->front(), HasSubstr(R"("ActionID":")" + std::to_string(i) + "\""));
  }
}

TEST_F(FleetTest, AMessageWithoutDelimiterIsDropped) {
  const auto one = client();
  one->send_raw({Client::ping("lost")});
  one->send_raw({"", ""});
  one->send(Client::ping("1"));
  EXPECT_THAT(one->next_reply()->front(), HasSubstr("Response\":\"Error"));  // the empty body
  EXPECT_THAT(one->next_reply()->front(), HasSubstr(R"("ActionID":"1")"));
}

TEST_F(FleetTest, WaitsForABrokerUntilAllServersHaveOne) {
  EXPECT_FALSE(fleet_.wait_for_broker(Clock::now()));
  const auto one = client(0);
  EXPECT_FALSE(fleet_.wait_for_broker(Clock::now()));
  const auto two = client(1);
  EXPECT_TRUE(fleet_.wait_for_broker(soon()));
}

TEST_F(FleetTest, AServerWithoutSubscriberHasNoBroker) {
  auto one = client();
  one.reset();
  EXPECT_TRUE(fleet_.wait_until(soon(), [&] { return !fleet_[0].has_broker(); }));
}

TEST_F(FleetTest, KnowsWhatIsSubscribedToAndASubscriberToSomeEventsIsABroker) {
  const auto all = client();
  EXPECT_THAT(fleet_[0].topics(), ::testing::ElementsAre("{"));
  EXPECT_THAT(fleet_[1].topics(), IsEmpty());
  Client some(fleet_[1], R"({"Event":"Hangup")");
  EXPECT_THAT(some.ask(Client::ping("0")), HasSubstr("Pong"));
  EXPECT_TRUE(fleet_.wait_until(soon(), [&] { return fleet_[1].has_broker(); }));
  fleet_[1].set_device_state("PJSIP/100", busy);
  fleet_[1].publish({{"Event", "Hangup"}});
  EXPECT_THAT(some.event(), HasSubstr("Hangup"));
}

TEST_F(FleetTest, WaitUntilSeesWhatAClientWrites) {
  const auto one = client();
  std::thread writer([&] { one->send(Client::setvar("1", "Custom:a", "BUSY")); });
  EXPECT_TRUE(fleet_.wait_until(soon(), [&] { return fleet_[0].device_state("Custom:a") == busy; }));
  writer.join();
}

TEST_F(FleetTest, ADeadServerRefusesConnectionsAndComesBackOnItsPortsAsAsteriskDoes) {
  auto one = client();
  EXPECT_EQ(one->ask(Client::setvar("1", "Custom:PJSIP/100", "INUSE")), kAcknowledged);
  fleet_[0].set_presence("CustomPresence:100", {"away", "", ""});
  const auto command = fleet_[0].command_port();
  const auto event = fleet_[0].event_port();
  fleet_[0].kill();
  EXPECT_FALSE(fleet_[0].is_alive());
  EXPECT_TRUE(refuses(command));
  EXPECT_TRUE(refuses(event));
  EXPECT_FALSE(refuses(fleet_[1].command_port()));
  fleet_[0].restart();
  EXPECT_TRUE(fleet_[0].is_alive());
  EXPECT_FALSE(refuses(command));
  EXPECT_FALSE(refuses(event));
  EXPECT_EQ(fleet_[0].command_port(), command);
  EXPECT_EQ(fleet_[0].device_state("Custom:PJSIP/100"), invalid);
  EXPECT_EQ(fleet_[0].device_state("Custom:100"), inuse);
  EXPECT_TRUE(fleet_[0].presence("CustomPresence:100"));
  EXPECT_FALSE(fleet_[0].has_broker());
  one = client();
  fleet_[0].set_device_state("PJSIP/1", busy);
  EXPECT_THAT(one->event(), HasSubstr(R"("ZmqSequence":"1")"));
}

TEST_F(FleetTest, ALivingServerRestartsAndTheOldClientReconnects) {
  const auto one = client();
  for (int i = 0; i < 3; ++i) {
    fleet_[0].restart();
    ASSERT_TRUE(fleet_.wait_until(soon(), [&] { return fleet_[0].is_alive(); }));
    const auto other = client();
  }
}

TEST_F(FleetTest, EventsOfADeadServerAreLost) {
  fleet_[0].kill();
  fleet_[0].set_device_state("PJSIP/1", busy);
  EXPECT_EQ(fleet_[0].counters().events_lost, 1U);
}

TEST(FleetOptions, OriginalModuleHasNoSequenceAndDiesOfGetVar) {
  Fleet fleet(1, {.module = Module::original});
  Client client(fleet[0]);
  EXPECT_EQ(client.ask(R"({"action":"Ping","ActionID":"1"})"),
            R"([{"Response":"Error"},{"Message":"Internal error."}])");
  ASSERT_TRUE(fleet.wait_for_broker(soon()));
  fleet[0].set_device_state("PJSIP/1", busy);
  EXPECT_EQ(client.event(), R"({"Event":"DeviceStateChange","Privilege":"call,all","SystemName":"a1",)"
                            R"("Device":"PJSIP/1","State":"BUSY"})");
  client.send(R"({"Action":"GetVar","Variable":"X"})");
  EXPECT_TRUE(fleet.wait_until(soon(), [&] { return !fleet[0].is_alive(); }));
  EXPECT_EQ(fleet[0].counters().crashes, 1U);
}

TEST(FleetOptions, LoadZmqComesAfterItsTime) {
  Fleet fleet(1, {.announce_after = 1ms});
  Client client(fleet[0]);
  EXPECT_TRUE(fleet.wait_until(soon(), [&] { return fleet[0].counters().events == 1; }));
}

TEST(FleetOptions, GivenPortsAreUsedAndATakenOneIsAnError) {
  Fleet fleet(1);
  EXPECT_THROW(Fleet(1, {.command_port = fleet[0].command_port()}), std::runtime_error);
}

class Recorder : public Observer {
 public:
  void on_change(std::size_t server, std::string_view device, DeviceState, Clock::time_point) override {
    seen.push_back("change " + std::to_string(server) + " " + std::string(device));
  }
  void on_write(std::size_t server, std::string_view key, std::string_view value, Clock::time_point) override {
    seen.push_back("write " + std::to_string(server) + " " + std::string(key) + " " + std::string(value));
  }
  std::vector<std::string> seen;
};

TEST(FleetObserver, SeesChangesAndWritesInOrder) {
  Recorder recorder;
  {
    Fleet fleet(2, {}, &recorder);
    Client client(fleet[1]);
    fleet[0].set_device_state("PJSIP/1", busy);
    fleet[0].set_device_state("PJSIP/1", busy);
    EXPECT_EQ(client.ask(Client::setvar("1", "Custom:PJSIP/1", "BUSY")), kAcknowledged);
  }
  EXPECT_THAT(recorder.seen, ::testing::ElementsAre("change 0 PJSIP/1", "write 1 Custom:PJSIP/1 BUSY"));
}

TEST(LargeFleet, OfAHundredServersAnswersOnAll) {
  Fleet fleet(100);
  std::vector<std::unique_ptr<Client>> clients;
  for (const auto& server : fleet.servers()) {
    clients.push_back(std::make_unique<Client>(server));
    clients.back()->send(Client::setvar("1", "Custom:a", "BUSY"));
  }
  EXPECT_TRUE(fleet.wait_for_broker(soon()));
  for (auto& client : clients) EXPECT_EQ(client->next_reply()->front(), kAcknowledged);
}

TEST(ManyThreads, MayCommandAndQueryAtOnce) {
  Fleet fleet(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&fleet, i] {
      for (int round = 0; round < 100; ++round) {
        fleet[i].set_device_state("PJSIP/1", round % 2 == 0 ? busy : not_inuse);
        static_cast<void>(fleet[(i + 1) % 4].lamp("PJSIP/1"));
        static_cast<void>(fleet[(i + 2) % 4].counters());
        fleet[(i + 3) % 4].lose_next_events("Hangup", 0);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (auto& server : fleet.servers()) EXPECT_EQ(server.counters().events, 100U);
}

}  // namespace
}  // namespace amibroker::sim
