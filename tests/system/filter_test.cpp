// SPDX-License-Identifier: Apache-2.0
//
// Servers send only what plugins want, and what is lost of it is still found.
#include <csignal>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Filters : public System {
 protected:
  /// What the two plugins want, of either module.
  const std::set<std::string> wanted{
      R"({"Event": "LoadZmq")", R"({"Event":"DeviceStateChange")",   R"({"Event":"FullyBooted")",
      R"({"Event":"LoadZmq")",  R"({"Event":"PresenceStateChange")", R"({"Event":"UserEvent")"};

  void start_and_narrow(const std::string& more = {}) {
    start_and_connect("", more);
    ASSERT_TRUE(narrowed());
  }
  [[nodiscard]] bool narrowed() {
    return eventually([&] {
      return std::all_of(fleet->servers().begin(), fleet->servers().end(),
                         [&](const sim::Server& server) { return server.topics() == wanted; });
    });
  }
  void make_noise(int rounds) {
    for (int i = 0; i < rounds; ++i)
      for (sim::Server& server : fleet->servers())
        for (const char* name : {"VarSet", "Newexten", "Hangup", "DeviceState"})
          server.publish({{"Event", name}, {"Channel", "PJSIP/100-00000001"}});
  }
};

TEST_F(Filters, UnderNoiseAllServersAgreeAndTheNoiseIsNotSent) {
  make_fleet(3);
  start_and_narrow();
  const std::array states{DeviceState::ringing, DeviceState::inuse, DeviceState::onhold, DeviceState::not_inuse};
  for (std::size_t round = 0; round < 200; ++round) {
    make_noise(5);
    (*fleet)[round % 3].set_device_state("PJSIP/" + std::to_string(round % 3), states[round / 3 % states.size()]);
  }
  EXPECT_TRUE(eventually([&] {
    for (std::size_t origin = 0; origin < 3; ++origin)
      if (!all_show("PJSIP/" + std::to_string(origin), origin)) return false;
    return true;
  }));
  EXPECT_EQ((*fleet)[0].topics(), wanted);
  const std::uint64_t published = (*fleet)[0].counters().events;
  EXPECT_EQ(daemon->stop(), 0);
  const std::string output = daemon->output();
  const auto line = output.rfind("server 'Console 0' [server-0] is ");
  ASSERT_NE(line, std::string::npos);
  const std::string report = output.substr(line, output.find('\n', line) - line);
  const std::string before_events = report.substr(0, report.find(" events, 0 lost on their way"));
  const std::uint64_t received = std::stoull(before_events.substr(before_events.rfind(' ') + 1));
  EXPECT_GT(published, 4000U);
  EXPECT_LT(received, 1000U) << report << ": of " << published;
}

TEST_F(Filters, AStateThatGotLostIsStillRepaired) {
  make_fleet(2);
  start_and_narrow("[plugin device_state]\nresync_interval = 0\n");
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  (*fleet)[0].lose_next_events("DeviceStateChange", 1);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  make_noise(100);
  (*fleet)[0].set_device_state("PJSIP/200", DeviceState::ringing);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0) && all_show("PJSIP/200", 0); })) << daemon->output();
  EXPECT_TRUE(daemon->says("server 'Console 0' [server-0]: at least 1 of its events were lost"));
}

TEST_F(Filters, AStateThatGotLostBeforeAnyOtherCameIsStillRepaired) {
  make_fleet(2);
  start_and_narrow("[plugin device_state]\nresync_interval = 0\n");
  (*fleet)[0].lose_next_events("DeviceStateChange", 1);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[0].set_device_state("PJSIP/200", DeviceState::ringing);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0) && all_show("PJSIP/200", 0); })) << daemon->output();
}

TEST_F(Filters, WorkForTheOriginalModuleToo) {
  sim::ServerOptions options;
  options.module = sim::Module::original;
  make_fleet(2, options);
  start_and_narrow();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
}

TEST_F(Filters, AServerThatComesBackIsNarrowedAgainAndAgrees) {
  make_fleet(2);
  start_and_narrow();
  (*fleet)[0].restart();
  ASSERT_TRUE(daemon->says("'Console 0' [server-0] is up", 20s, 2));
  ASSERT_TRUE(narrowed());
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_THAT(daemon->output(), ::testing::Not(HasSubstr("were lost")));
}

TEST_F(Filters, CountingMessagesAsksForAll) {
  make_fleet(1);
  start_and_connect("count_messages = yes\n");
  make_noise(10);
  EXPECT_THAT((*fleet)[0].topics(), ElementsAre(""));
}

}  // namespace
}  // namespace amibroker::system_test
