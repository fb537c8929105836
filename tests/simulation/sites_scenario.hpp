// SPDX-License-Identifier: Apache-2.0
//
// What a seed decides before a run with several sites begins.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/scenario.hpp"

namespace amibroker::simulation {

/// A server of a site.
struct ServerPlace {
  std::size_t site;
  std::size_t server;
  friend bool operator==(const ServerPlace&, const ServerPlace&) = default;
};

/// A name of the workload, over all sites.
struct SitesName {
  std::string text;
  bool symmetric = false;
  std::vector<ServerPlace> origins;
};

struct SitesScenario {
  std::uint64_t seed = 0;
  Subject subject = Subject::device_state;
  FaultSet faults;
  std::vector<Scenario> sites;  ///< each with those names that are changed there
  std::vector<SitesName> names;
  Seconds lost_after{0};  ///< of sites; servers have their own

  [[nodiscard]] const std::vector<std::string>& zones(ServerPlace place) const {
    return sites[place.site].zones[place.server];
  }
  /// How many zones two servers, of any site, have in common; none that they name counts as one.
  [[nodiscard]] std::size_t common_zones(ServerPlace one, ServerPlace other) const {
    const auto& mine = zones(one);
    const auto& theirs = zones(other);
    if (mine.empty() || theirs.empty()) return mine.empty() && theirs.empty() ? 1 : 0;
    return static_cast<std::size_t>(std::count_if(mine.begin(), mine.end(), [&](const std::string& zone) {
      return std::find(theirs.begin(), theirs.end(), zone) != theirs.end();
    }));
  }
  /// Whether they share what they say.
  [[nodiscard]] bool share(ServerPlace one, ServerPlace other) const { return common_zones(one, other) > 0; }
};

/// The scenario of a seed, with at most these faults.
[[nodiscard]] SitesScenario make_sites_scenario(std::uint64_t seed, Subject subject, FaultSet allowed);

/// A line for each site, for people.
[[nodiscard]] std::string describe(const SitesScenario& scenario);

}  // namespace amibroker::simulation
