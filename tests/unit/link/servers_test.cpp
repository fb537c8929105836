// SPDX-License-Identifier: Apache-2.0
#include "core/link/servers.hpp"

#include "tests/unit/link/fleet_fixture.hpp"

namespace amibroker::link {
namespace {

using std::chrono::milliseconds;

using ServersTest = FleetTest;

TEST_F(ServersTest, IdsCountUpAndAreNeverUsedAgain) {
  begin();
  EXPECT_EQ(servers->add(config_of("a")), 0U);
  EXPECT_EQ(servers->add(config_of("b")), 1U);
  servers->retire(0);
  EXPECT_EQ(servers->add(config_of("a")), 2U);
  EXPECT_EQ(servers->size(), 3U);
  ASSERT_TRUE(serve_until([&] { return recorder.ups == 2; }));
  EXPECT_FALSE(servers->is_up(0)) << "it was retired before it began";
  EXPECT_FALSE(servers->is_up(77));
  EXPECT_THROW(servers->request(77, Action("Ping"), long_time, 1, nullptr), std::out_of_range);
}

TEST_F(ServersTest, NothingIsReportedFromInsideAdd) {
  begin();
  servers->add(config_of("a"));
  transport().cannot_connect["127.0.0.1"] = "no";
  EXPECT_EQ(log.count("cannot be used"), 0U);
  ASSERT_TRUE(run_until([&] { return log.count("cannot be used") == 1; }));
}

TEST_F(ServersTest, ARetiredServerGoesDownEndsItsActionsAndIsNotHeardAgain) {
  ignored = {"Setvar"};
  come_up();
  servers->request(0, Action("Setvar"), long_time, 3, nullptr);
  ASSERT_TRUE(run_until([&] { return transport().wire(0).sent.size() >= 3; }));
  servers->retire(0);
  EXPECT_EQ(recorder.downs, 1);
  ASSERT_EQ(recorder.answers.size(), 1U);
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  EXPECT_FALSE(transport().wire(0).is_open());
  servers->request(0, Action("Setvar"), long_time, 3, nullptr);
  ASSERT_TRUE(run_until([&] { return recorder.answers.size() == 2; }));
  EXPECT_EQ(recorder.answers[1].outcome, Outcome::not_sent);
  int ticks = 0;
  ASSERT_TRUE(serve_until([&] { return ++ticks > 50; }));
  EXPECT_EQ(transport().wires(), 1U);
}

TEST_F(ServersTest, AnotherAddressOrSecretMeansANewConnectionForTheSameId) {
  come_up();
  servers->change(0, config_of("a", "127.0.0.2"));
  EXPECT_EQ(recorder.downs, 1);
  ASSERT_TRUE(serve_until([&] { return recorder.ups == 2; }));
  EXPECT_EQ(transport().last().address, "127.0.0.2");
  servers->change(0, config_of("a", "127.0.0.2", "s3cret"));
  ASSERT_TRUE(serve_until([&] { return recorder.ups == 3; }));
}

TEST_F(ServersTest, ANewDisplayNameLeavesTheConnectionAlone) {
  come_up();
  ServerConfig config = config_of("a");
  config.name = "Berlin";
  servers->change(0, config);
  EXPECT_EQ(recorder.downs, 0);
  transport().last().lost({Loss::Kind::connection, "closed the connection"});
  EXPECT_EQ(log.count("server 'Berlin' [a] is down"), 1U) << log.text();
}

TEST_F(ServersTest, AllServersLearnWhatIsWantedAndSoDoLaterOnes) {
  come_up();
  servers->set_interest({.names = {"Hangup"}});
  EXPECT_EQ(transport().wire(0).wants.back().names, std::vector<std::string>{"Hangup"});
  servers->add(config_of("b"));
  ASSERT_TRUE(run_until([&] { return transport().wires() == 2; }));
  EXPECT_EQ(transport().wire(1).interest.names, std::vector<std::string>{"Hangup"});
}

TEST_F(ServersTest, TwoServersWithTheSameSystemNameAreReportedOnce) {
  settings = {{"SystemName", "pbx"}, {"AsteriskVersion", "22.1.0"}};
  begin();
  servers->add(config_of("a"));
  servers->add(config_of("b"));
  ASSERT_TRUE(serve_until([&] { return recorder.system_names.size() == 2; }));
  EXPECT_EQ(log.count("servers [a] and [b] both call themselves 'pbx'"), 1U) << log.text();
  EXPECT_EQ(recorder.versions.back(), "22.1.0");
}

TEST_F(ServersTest, ARenamedServerFreesItsOldName) {
  settings = {{"SystemName", "pbx"}};
  begin();
  servers->add(config_of("a"));
  ASSERT_TRUE(serve_until([&] { return recorder.system_names.size() == 1; }));
  settings = {{"SystemName", "renamed"}};
  transport().last().lost({Loss::Kind::connection, "closed the connection"});
  ASSERT_TRUE(serve_until([&] { return recorder.system_names.size() == 2; }));
  settings = {{"SystemName", "pbx"}};
  servers->add(config_of("b"));
  ASSERT_TRUE(serve_until([&] { return recorder.system_names.size() == 3; }));
  EXPECT_EQ(log.count("both call themselves"), 0U) << log.text();
}

TEST_F(ServersTest, TwoServersThatExchangeTheirPlacesNeverHaveOneName) {
  settings = {{"SystemName", "first"}};
  begin();
  servers->add(config_of("a"));
  ASSERT_TRUE(serve_until([&] { return recorder.system_names.size() == 1; }));
  settings = {{"SystemName", "second"}};
  servers->add(config_of("b"));
  ASSERT_TRUE(serve_until([&] { return recorder.system_names.size() == 2; }));
  transport().cannot_connect["127.0.0.3"] = "not yet";  // the first is at its new place earlier
  servers->change(0, config_of("a", "127.0.0.2"));
  servers->change(1, config_of("b", "127.0.0.3"));
  ASSERT_TRUE(serve_until([&] { return recorder.system_names.size() == 3; }));
  EXPECT_EQ(log.count("both call themselves"), 0U) << log.text();
}

TEST_F(ServersTest, AnEndlessNameIsCut) {
  settings = {{"SystemName", std::string(8 * 1024 * 1024, 'x')}};
  begin();
  servers->add(config_of("a"));
  ASSERT_TRUE(serve_until([&] { return recorder.system_names.size() == 1; }));
  EXPECT_EQ(recorder.system_names[0].size(), 80U);
}

}  // namespace
}  // namespace amibroker::link
