// SPDX-License-Identifier: Apache-2.0
//
// What an administrator can ask for, and what is said of lost events.
#include <csignal>
#include <thread>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ::testing::HasSubstr;

class Reports : public System {
 protected:
  static std::string healthy() {
    return std::string("[plugins]\npath = ") + AMIBROKER_FAULTY_PLUGINS + "\nhealthy = yes\n";
  }
};

TEST_F(Reports, Sigusr1IsAnsweredWithALineForEachServerAndEachPluginsOwnReportAgainAndAgain) {
  make_fleet(2);
  (*fleet)[1].kill();
  start_and_connect("", healthy());
  ASSERT_TRUE(daemon->says("'Console 1' [server-1] is down: "));
  for (std::size_t time = 1; time <= 2; ++time) {
    daemon->signal(SIGUSR1);
    for (const char* line : {"server 'Console 0' [server-0] is up for ", "server 'Console 1' [server-1] is down for ",
                             "plugin healthy: is well"})
      ASSERT_TRUE(daemon->says(line, 20s, time)) << line << daemon->output();
  }
  EXPECT_TRUE(daemon->runs());
}

TEST_F(Reports, WhatAServersSectionSaysReachesThePlugins) {
  make_fleet(2);
  std::string text = config("", healthy());
  text.insert(text.find("name = Console 0"), "zones = berlin, hq\ninclude = PJSIP/*\nexclude = PJSIP/9*, PJSIP/8*\n");
  start(text);
  connect();
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(
      daemon->says("plugin healthy: is well; server-0 zones berlin hq include PJSIP/* "
                   "exclude PJSIP/9* PJSIP/8*; server-1\n"))
      << daemon->output();
}

TEST_F(Reports, TheLogSaysIfTheLogLevelHidesAReport) {
  make_fleet(1);
  (*fleet)[0].kill();
  start(config("log_level = warning\n"));
  ASSERT_TRUE(daemon->says("'Console 0' [server-0] is down: "));
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(daemon->says("SIGUSR1 asks for a report, which is hidden by log_level")) << daemon->output();
}

TEST_F(Reports, SignalsUnderLoadInterruptNothing) {
  make_fleet(3);
  start_and_connect();
  {
    const std::jthread signals([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) daemon->signal(SIGUSR1);
    });
    for (int i = 0; i < 3000; ++i)
      (*fleet)[0].set_device_state("PJSIP/100", i % 2 ? sim::DeviceState::inuse : sim::DeviceState::ringing);
    EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  }
  EXPECT_TRUE(daemon->runs()) << "libzmq takes an interrupted call for a broken socket";
}

TEST_F(Reports, LostEventsAreNamedInTheLogAndReachThePlugins) {
  make_fleet(2);
  start_and_connect("", healthy());
  (*fleet)[0].publish({{"Event", "Probe"}});
  (*fleet)[0].lose_next_events("Probe", 3);
  for (int i = 0; i < 4; ++i) (*fleet)[0].publish({{"Event", "Probe"}});
  ASSERT_TRUE(daemon->says("server 'Console 0' [server-0]: at least 3 of its events were lost")) << daemon->output();
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_THAT(daemon->output(), HasSubstr("plugin healthy: events=2 lost_events=3"));
  EXPECT_THAT(daemon->output(), HasSubstr(" 3 lost on their way; "));
}

}  // namespace
}  // namespace amibroker::system_test
