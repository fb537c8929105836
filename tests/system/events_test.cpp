// SPDX-License-Identifier: Apache-2.0
//
// What comes of the servers, for programs that listen: /v1/events, and `watch` and `top` of zmq-ami-brokerctl.
#include <gmock/gmock.h>

#include "tests/system/control_fixture.hpp"
#include "tests/system/raw_client.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Events : public ControlSystem {
 protected:
  void SetUp() override {
    make_fleet(2);
    start_controlled(with_control({0, 1}));
    connect();
  }
  void set(const std::string& device, DeviceState state, std::size_t server = 0) {
    (*fleet)[server].set_device_state(device, state);
  }
};

TEST_F(Events, ComeWithTheirServerTheirFieldsAndANumber) {
  RawClient client(socket(), get("/v1/events"));
  std::string seen;
  ASSERT_TRUE(client.sees({"200 OK"}, seen));
  set("PJSIP/100", DeviceState::busy);
  ASSERT_TRUE(client.sees({R"("server":"server-0")", "\"Device\":\"PJSIP/100\"", "BUSY\"", "\n\n"}, seen)) << seen;
  EXPECT_THAT(seen, AllOf(HasSubstr("event: event\nid: "), HasSubstr(R"("event":"DeviceStateChange")"),
                          HasSubstr(R"("name":"Console 0")")));
}

TEST_F(Events, AreFilteredByServerNameAndEvent) {
  RawClient by_server(socket(), get("/v1/events?server=server-1"));
  RawClient by_name(socket(), get("/v1/events?name=PJSIP/2*"));
  RawClient by_event(socket(), get("/v1/events?event=presence*"));
  std::string seen;
  for (RawClient* const client : {&by_server, &by_name, &by_event}) ASSERT_TRUE(client->sees({"200 OK"}, seen));
  set("PJSIP/100", DeviceState::busy, 0);
  set("PJSIP/200", DeviceState::busy, 0);
  set("PJSIP/101", DeviceState::busy, 1);
  (*fleet)[0].set_presence("CustomPresence:300", {"away", "", ""});
  ASSERT_TRUE(by_server.sees({"\"PJSIP/101\""}, seen)) << seen;
  EXPECT_THAT(seen, Not(HasSubstr("\"server\":\"server-0\"")));
  ASSERT_TRUE(by_name.sees({"\"PJSIP/200\""}, seen)) << seen;
  EXPECT_THAT(seen, Not(HasSubstr("PJSIP/100")));
  ASSERT_TRUE(by_event.sees({"CustomPresence:300"}, seen)) << seen;
  EXPECT_THAT(seen, Not(HasSubstr("DeviceStateChange")));
}

TEST_F(Events, TellOfServersThatGoAndCome) {
  RawClient client(socket(), get("/v1/events?event=Server*"));
  std::string seen;
  ASSERT_TRUE(client.sees({"200 OK"}, seen));
  (*fleet)[1].kill();
  ASSERT_TRUE(client.sees({"event: server\n", R"("event":"ServerDown")", R"("server":"server-1")"}, seen)) << seen;
  (*fleet)[1].restart();
  ASSERT_TRUE(client.sees({R"("event":"ServerUp")"}, seen)) << seen;
}

TEST_F(Events, WatchPrintsThemAsTheyCome) {
  Daemon watch(AMIBROKER_CTL, {"--socket", socket(), "watch", "--name", "PJSIP/1*"});
  // It says nothing until something happens, so something happens until it says so.
  bool busy = false;
  ASSERT_TRUE(eventually([&] {
    set("PJSIP/100", (busy = !busy) ? DeviceState::busy : DeviceState::not_inuse);
    set("PJSIP/200", busy ? DeviceState::busy : DeviceState::not_inuse);
    return watch.output().find("server-0  DeviceStateChange") != std::string::npos;
  })) << watch.output();
  EXPECT_THAT(watch.output(), AllOf(HasSubstr("Device=PJSIP/100"), Not(HasSubstr("PJSIP/200"))));
}

TEST_F(Events, WatchEndsIfTheBrokerDoes) {
  Daemon watch(AMIBROKER_CTL, {"--socket", socket(), "--json", "watch"});
  ASSERT_TRUE(eventually([&] {
    set("PJSIP/100", DeviceState::busy);
    set("PJSIP/100", DeviceState::not_inuse);
    return watch.output().find("\"type\":\"event\"") != std::string::npos;
  })) << watch.output();
  ASSERT_TRUE(daemon->stop().has_value());
  EXPECT_EQ(watch.exit_code(), 69);
  EXPECT_THAT(watch.output(), HasSubstr("does not answer"));
}

TEST_F(Events, AFilterThatThereIsNotIsRefused) {
  EXPECT_EQ(run({"watch", "--device", "x"}).code, 64);
  const auto [status, text] = refusal_of([&] { return look("events?device=x"); });
  EXPECT_EQ(status, 400);
  EXPECT_THAT(text, HasSubstr("device"));
}

TEST_F(Events, TopShowsWhatComesInASecond) {
  const Ran plain = run({"top", "--every", "1", "--count", "1"});
  EXPECT_EQ(plain.code, 0);
  EXPECT_THAT(plain.output, AllOf(HasSubstr("EVENTS/S"), HasSubstr("server-1"), HasSubstr("device_state")));
  const Json rates = Json::parse(run({"--json", "top", "--every", "1", "--count", "1"}).output);
  EXPECT_EQ(rates.at("servers").size(), 2U);
  EXPECT_EQ(shape(rates.at("plugins").at(0)), (Json{{"name", "string"},
                                                    {"state", "string"},
                                                    {"calls_per_second", "seconds"},
                                                    {"busy_percent", "seconds"},
                                                    {"faults", "number"}}));
  EXPECT_EQ(run({"top", "--every", "0"}).code, 64);
}

}  // namespace
}  // namespace amibroker::system_test
