// SPDX-License-Identifier: Apache-2.0
//
// What must hold at the end of a run. A check that fails says so in the ledger.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/simulation/fleet_model.hpp"
#include "tests/simulation/world.hpp"

namespace amibroker::simulation {

/// What targets hold a name under, and the variable by which it is written.
[[nodiscard]] std::string shown_name_of(const Scenario& scenario, std::string_view name, bool symmetric);
[[nodiscard]] std::string variable_of(const Scenario& scenario, std::string_view name, bool symmetric);

/// What a server holds for a name of either kind, as text; what it would show if it holds nothing, otherwise.
[[nodiscard]] std::string held(const Scenario& scenario, ModelServer& server, std::string_view name);

/// `agreement`: every server that the broker reaches shows for each native device what Asterisk makes of the states
/// that the other such servers list; and all of them hold each shared name alike. `when` goes into the text;
/// what the server `but` shows is left out.
void check_agreement(World& world, FleetModel& fleet, std::string_view when,
                     std::optional<std::size_t> but = std::nullopt);

/// `order`: what a target took for a name of one origin is a walk forward through the origin's values, with rewrites of
/// the latest. A withdrawal may stand wherever the origin came, went, or was seen anew.
void check_order(World& world);

/// `bound`: a target took no more writes of a variable than these. In all:
///     times that the target came up again + 2 * times that others came up again + others that stay away
///     + 2 * servers * (lives - 1)
/// as the value of a server that comes up again may have been withdrawn, and is given anew, and a new life of the
/// broker may do that to each server. Then for a one-way name:
///     changes + failed writes on the target + events of it that the target published twice
/// and for a symmetric one, because a change that meets our write is written back once (docs/replication.md, rule 3),
/// and the echo of a write that was given up may come as news later:
///     2 * (changes + failed writes on all servers)
/// If events are seconds late, what check_needless allows for that is allowed as well.
void check_bound(World& world, FleetModel& fleet);

/// `needless`: writes of a one-way name that a target took although it held the value are no more than
///     failed writes on the target + times that the target came up again + events of it that were published twice
/// because only then the broker does not know what the target holds. If events are seconds late, one write and an
/// eighth of all are allowed as well: of a name that changes faster than its events come, the broker keeps only some
/// echoes.
void check_needless(World& world);

/// As check_agreement, of shared names only.
void check_shared(World& world, FleetModel& fleet, std::string_view when, std::optional<std::size_t> but);

/// What each server shows for the native devices of others, and how many writes it took for that.
using Shown = std::map<std::pair<std::size_t, std::string>, std::pair<std::string, std::size_t>>;
[[nodiscard]] Shown what_is_shown(World& world, FleetModel& fleet);

/// `early`: each server but `late` shows for each native device at least what the others list, in the order in which
/// Asterisk aggregates.
void check_early(World& world, FleetModel& fleet, std::size_t late);

/// `steady`: what shows the same as before was not written meanwhile.
void check_steady(World& world, FleetModel& fleet, const Shown& before);

/// `reading`: a server was not asked for its list more often than
///     40 + 6 * times that it came up + one in 4 s of the run
/// as reasons that go on slow the broker down, and only a fence that does not come is asked for again at once.
void check_reading(World& world);

/// `last`: every server that is connected holds of a shared name what was set last.
void check_last(World& world, FleetModel& fleet, const Name& name, std::string_view when);

/// `leaders`: of two brokers with the same servers exactly one said `lately` that it writes to a server, on each server
/// that both reach.
void check_leaders(World& world, FleetModel& fleet, Duration lately);

/// `own_server`: nothing is written for a native name if only its own server has it, nor for what Asterisk does not
/// keep.
void check_own_server(World& world);

}  // namespace amibroker::simulation
