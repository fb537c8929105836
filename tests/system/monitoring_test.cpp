// SPDX-License-Identifier: Apache-2.0
//
// What stands beside /metrics: its page, the rules for Prometheus, the dashboard for Grafana. All of them name figures.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "core/app/metrics.hpp"
#include "core/app/site_desk.hpp"
#include "tests/system/control_fixture.hpp"
#include "tests/system/raw_client.hpp"

namespace amibroker::system_test {
namespace {

using Names = std::set<std::string>;

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The first group of each match; an empty set is a mistake of the test.
Names found(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  Names names;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), regex); it != std::sregex_iterator(); ++it)
    names.insert((*it)[1]);
  EXPECT_FALSE(names.empty()) << pattern;
  return names;
}

/// Those of a histogram as the family that they belong to.
Names figures_in(const std::string& text) {
  Names names;
  for (const std::string& name : found(text, "\\b((?:amibroker|process)_[a-z_]+)"))
    names.insert(std::regex_replace(name, std::regex("_(bucket|sum|count)$"), ""));
  return names;
}

class Monitoring : public ControlSystem {
 protected:
  void SetUp() override {
    make_fleet(2);
    start_controlled(with_control({0, 1}));
    connect();
    (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::busy);
    std::string text;
    ASSERT_TRUE(eventually([&] {
      RawClient metrics(socket(), get("/metrics"));
      return metrics.sees({"process_start_time_seconds "}, text) &&
             text.find("amibroker_lamp_delay_seconds_count") != std::string::npos;
    }));
    families = found(text, "# TYPE ([a-z_]+) ");
    // Those that only a broker of a cluster has.
    base::EventLoop loop;
    const cluster::Cluster alone(loop, {});
    std::vector<control::Family> more;
    app::collect_cluster(&alone, more);
    app::SiteDesk::Known none;
    app::collect_sites(&none, more);
    for (const control::Family& family : more) families.emplace(family.name);
  }
  Names families;
};

TEST_F(Monitoring, ThePageHasEachFigureAndNoOther) {
  const std::string page = read_file(AMIBROKER_MONITORING_PAGE);
  const std::string table =
      page.substr(page.find("| name | kind |"), page.find("## Alarms") - page.find("| name | kind |"));
  EXPECT_EQ(figures_in(table), families);
}

TEST_F(Monitoring, RulesAndDashboardUseFiguresThatThereAre) {
  for (const char* const file : {"alerts.yml", "grafana.json"})
    EXPECT_THAT(families,
                ::testing::IsSupersetOf(figures_in(read_file(std::string(AMIBROKER_MONITORING_FILES) + file))))
        << file;
}

TEST_F(Monitoring, ThePageExplainsEachAlarm) {
  const std::string page = read_file(AMIBROKER_MONITORING_PAGE);
  const Names alarms = found(read_file(AMIBROKER_MONITORING_FILES "alerts.yml"), "alert: ([A-Za-z]+)");
  EXPECT_EQ(found(page, "\\n\\| `(Amibroker[A-Za-z]+)` \\|"), alarms);
}

TEST_F(Monitoring, TheDashboardIsOneThatGrafanaReads) {
  const Json board = Json::parse(read_file(AMIBROKER_MONITORING_FILES "grafana.json"));
  EXPECT_EQ(board.at("title"), "zmq-ami-broker");
  Names ids;
  for (const Json& panel : board.at("panels")) {
    EXPECT_TRUE(ids.insert(panel.at("id").dump()).second) << panel.at("title");
    EXPECT_LE(panel.at("gridPos").at("x").get<int>() + panel.at("gridPos").at("w").get<int>(), 24);
    for (const Json& target : panel.at("targets")) EXPECT_EQ(target.at("datasource").at("uid"), "${datasource}");
  }
}

}  // namespace
}  // namespace amibroker::system_test
