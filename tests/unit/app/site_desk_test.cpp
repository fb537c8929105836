// SPDX-License-Identifier: Apache-2.0
#include "core/app/site_desk.hpp"

#include <gmock/gmock.h>

#include <array>

#include "core/base/histogram.hpp"

namespace amibroker::app {
namespace {

using control::Json;
using ::testing::HasSubstr;
using ::testing::Not;

Json site(const std::string& name, const std::string& state) {
  return {{"site", name},         {"plugin", "device_state"}, {"state", state}, {"heard_seconds", 0.5},
          {"round_trip_ms", 1.5}, {"clock_ahead_ms", -2500},  {"gaps", 3},      {"names", 7}};
}

std::string figures_of(const SiteDesk::Known* known) {
  std::vector<control::Family> families;
  collect_sites(known, families);
  return control::metrics_text(families);
}

TEST(SiteFigures, AreThereForEachSite) {
  SiteDesk::Known known;
  known.sites = {site("b", "there"), site("c", "lost"), site("d", "differs")};
  const std::string text = figures_of(&known);
  for (const char* const line :
       {"amibroker_cluster_site_up{site=\"b\",plugin=\"device_state\"} 1\n",
        "amibroker_cluster_site_up{site=\"c\",plugin=\"device_state\"} 0\n",
        "amibroker_cluster_site_up{site=\"d\",plugin=\"device_state\"} 0\n",
        "amibroker_cluster_site_heard_seconds{site=\"b\",plugin=\"device_state\"} 0.5\n",
        "amibroker_cluster_site_round_trip_seconds{site=\"b\",plugin=\"device_state\"} 0.0015\n",
        "amibroker_cluster_site_clock_ahead_seconds{site=\"b\",plugin=\"device_state\"} -2.5\n",
        "# TYPE amibroker_cluster_site_gaps_total counter\namibroker_cluster_site_gaps_total{site=\"b\"",
        "amibroker_cluster_site_names{site=\"b\",plugin=\"device_state\"} 7\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(SiteFigures, AreLeftOutIfTheyAreNotKnown) {
  EXPECT_EQ(figures_of(nullptr), "");
  SiteDesk::Known known;
  known.sites = {site("b", "there")};
  known.sites[0]["round_trip_ms"] = nullptr;
  EXPECT_THAT(figures_of(&known), Not(HasSubstr("round_trip")));
  known.sites = {Json::object(), {{"site", 7}, {"gaps", "x"}}};
  EXPECT_THAT(figures_of(&known), HasSubstr("amibroker_cluster_site_up{site=\"\",plugin=\"\"} 0\n"))
      << "a plugin of another version must not end the daemon";
}

}  // namespace
}  // namespace amibroker::app
