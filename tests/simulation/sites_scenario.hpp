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
  /// Some servers have several zones, so that a shared name need not be the same on all that share one of them.
  bool zones_overlap = false;

  [[nodiscard]] const std::vector<std::string>& zones(ServerPlace place) const {
    return sites[place.site].zones[place.server];
  }
  /// Whether two servers, of any site, share what they say.
  [[nodiscard]] bool share(ServerPlace one, ServerPlace other) const {
    const auto& mine = zones(one);
    const auto& theirs = zones(other);
    if (mine.empty() || theirs.empty()) return mine.empty() && theirs.empty();
    return std::find_first_of(mine.begin(), mine.end(), theirs.begin(), theirs.end()) != mine.end();
  }
};

/// The scenario of a seed, with at most these faults.
[[nodiscard]] SitesScenario make_sites_scenario(std::uint64_t seed, Subject subject, FaultSet allowed);

/// A line for each site, for people.
[[nodiscard]] std::string describe(const SitesScenario& scenario);

}  // namespace amibroker::simulation
