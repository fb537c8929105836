// SPDX-License-Identifier: Apache-2.0
//
// What must hold between sites. A check that fails says so in the cluster.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "tests/simulation/cluster.hpp"

namespace amibroker::simulation {

/// What is looked at, and what is known there.
struct View {
  std::string_view when;  ///< goes into the text
  /// Whether the servers of one site count, and whether what another site says reaches it; empty: all do.
  std::function<bool(std::size_t site)> looks{};
  std::function<bool(std::size_t from, std::size_t to)> reaches{};
};

/// `agreement`, of one name: every server that a broker reaches shows for a native device what Asterisk makes of the
/// states that all other such servers list that share a zone with it, in whatever site; and all that share a zone hold
/// a shared name alike.
void check_name(Cluster& cluster, const SitesName& name, const View& view);
/// The same, of all names.
void check_names(Cluster& cluster, const View& view);

/// `last`: the server where a shared name was set last, and those that share a zone with it, hold that value.
void check_last(Cluster& cluster, const SitesName& name, ServerPlace place, std::string_view value, const View& view);

/// `order`: as for one site (checks.hpp), of what servers of other sites took; a withdrawal may stand anywhere.
void check_order_of_sites(Cluster& cluster);

/// `bound`: a target took no more writes of a variable than
///     2 * (changes, those published twice included, and failed writes, over all servers)
///     + 2 * times that servers came up again + 2 * servers * further lives of brokers
///     + 2 * sites * separations
/// as a change of a shared name that meets a write is written back once, a server or site that comes back may have been
/// withdrawn and is given anew, and a new life of a broker may do that to each server of its site.
void check_bound_of_sites(Cluster& cluster, std::size_t separations);

/// What all servers hold for the shared names.
using Values = std::map<std::string, std::string>;
[[nodiscard]] Values shared_values(Cluster& cluster);

}  // namespace amibroker::simulation
