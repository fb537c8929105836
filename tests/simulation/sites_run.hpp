// SPDX-License-Identifier: Apache-2.0
//
// One run with several sites: a seed, from the start of the brokers to the last check.
#pragma once

#include <cstdint>
#include <optional>

#include "tests/simulation/ledger.hpp"
#include "tests/simulation/scenario.hpp"

namespace amibroker::simulation {

/// As run_seed, with several sites.
[[nodiscard]] std::optional<Failure> run_sites_seed(std::uint64_t seed, Subject subject, FaultSet allowed, bool traced);

}  // namespace amibroker::simulation
