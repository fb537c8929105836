// SPDX-License-Identifier: Apache-2.0
//
// Two sites with a real engine between them, as an administrator sees them.
#include "tests/engine/nats_server.hpp"
#include "tests/system/control_fixture.hpp"
#include "tests/system/raw_client.hpp"

namespace amibroker::system_test {
namespace {

using engine_test::NatsServer;
using engine_test::wait_until;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Server 0 is the site `berlin`, with the fixture's daemon; server 1 the site `paris`.
class SitesSystem : public ControlSystem {
 protected:
  void SetUp() override {
    make_fleet(2);
    engine = std::make_unique<NatsServer>(
        folder.write("nats.conf", "host: 127.0.0.1\nport: " + std::to_string(port) + "\n"), port);
    start_controlled(with_control({0}, cluster("berlin")));
    other = std::make_unique<Daemon>(
        AMIBROKER_DAEMON,
        std::vector{folder.write(
            "paris.ini",
            text_of({.servers = {1}, .after = "[control]\nsocket = " + other_socket() + "\n" + cluster("paris")}))});
    ASSERT_TRUE(other->says("[server-1] is up")) << other->output();
    ASSERT_TRUE(wait_until(20s, [&] { return state_of_paris() == "there"; })) << look("cluster");
  }
  void TearDown() override {
    if (other) {
      EXPECT_EQ(other->stop(), 0) << other->output();
    }
    ControlSystem::TearDown();
  }
  [[nodiscard]] std::string other_socket() const { return (folder.path() / "paris.sock").string(); }
  [[nodiscard]] std::string cluster(const std::string& site) const {
    return "[cluster]\nurl = " + url() + "\nsite = " + site + "\nlost_after = 10\n";
  }
  [[nodiscard]] std::string url() const { return "nats://127.0.0.1:" + std::to_string(port); }
  /// As device_state tells it; empty if it does not.
  [[nodiscard]] Json paris() const {
    const Json answer = look("cluster");
    for (const Json& site : answer.at("sites"))
      if (site.at("plugin") == "device_state" && site.at("site") == "paris") return site;
    return Json::object();
  }
  [[nodiscard]] std::string state_of_paris() const { return paris().value("state", ""); }
  [[nodiscard]] bool metrics_have(const std::string& line) const {
    return wait_until(20s, [&] {
      std::string text;
      RawClient metrics(socket(), get("/metrics"));
      return metrics.sees({"process_start_time_seconds "}, text) && text.find(line) != std::string::npos;
    });
  }

  std::uint16_t port = engine_test::free_port();
  std::unique_ptr<NatsServer> engine;
  std::unique_ptr<Daemon> other;
};

TEST_F(SitesSystem, ACallOnOneIsShownOnTheOtherAndShowNamesTheSite) {
  (*fleet)[1].set_device_state("PJSIP/100", sim::DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 1); })) << daemon->output();
  EXPECT_THAT(run({"show", "PJSIP/100"}).output, HasSubstr("\nsite paris  INUSE  -\n"));
  const Json said = look("show?name=PJSIP/100").at("names").at(0).at("contributions");
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said.at(0).at("site"), "paris");
  EXPECT_EQ(said.at(0).at("state"), "INUSE");
  ASSERT_TRUE(wait_until(20s, [&] { return paris().at("names") == 1; })) << paris();
}

TEST_F(SitesSystem, TheToolSaysHowTheOtherSiteIs) {
  ASSERT_TRUE(wait_until(20s, [&] { return paris().at("round_trip_ms").is_number(); })) << paris();
  const Ran ran = run({"cluster"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.output,
              AllOf(StartsWith("site berlin, connected to the bus\n"), HasSubstr("device_state    this broker"),
                    HasSubstr("\nparis  device_state    there"), Not(HasSubstr("!"))));
  EXPECT_LT(paris().at("round_trip_ms").get<double>(), 1000);
  EXPECT_EQ(look("status").at("site"), "berlin");
  EXPECT_TRUE(metrics_have("amibroker_cluster_site_up{site=\"paris\",plugin=\"device_state\"} 1\n"));
  EXPECT_TRUE(metrics_have("amibroker_cluster_site_round_trip_seconds{site=\"paris\",plugin=\"presence_state\"}"));
}

TEST_F(SitesSystem, ASiteThatIsKilledIsLost) {
  other->signal(SIGKILL);
  EXPECT_EQ(other->exit_code(), 128 + SIGKILL);
  other.reset();
  ASSERT_TRUE(wait_until(40s, [&] { return state_of_paris() == "lost"; })) << look("cluster");
  EXPECT_THAT(run({"cluster"}).output, HasSubstr("! site paris is lost, so its phones are not shown here."));
  EXPECT_TRUE(metrics_have("amibroker_cluster_site_up{site=\"paris\",plugin=\"device_state\"} 0\n"));
}

TEST_F(SitesSystem, WithoutTheEngineItIsSaidWhatToDo) {
  engine->kill();
  ASSERT_TRUE(wait_until(20s, [&] { return look("cluster").at("up") == false; }));
  const Ran ran = run({"cluster"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.output, AllOf(StartsWith("site berlin, NOT connected to the bus\n"),
                                HasSubstr("! this broker is not connected to the bus: its own servers go on")));
  EXPECT_THAT(run({"status"}).output, HasSubstr("the bus between the sites is not there: each site goes on by itself"));
  engine->start();
  EXPECT_TRUE(wait_until(20s, [&] { return look("cluster").at("up") == true; }));
  EXPECT_TRUE(wait_until(20s, [&] { return state_of_paris() == "there"; }));
}

}  // namespace
}  // namespace amibroker::system_test
