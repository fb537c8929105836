// SPDX-License-Identifier: Apache-2.0
//
// One run: a seed, from the start of the broker to the last check.
#pragma once

#include <cstdint>
#include <optional>

#include "tests/simulation/ledger.hpp"
#include "tests/simulation/scenario.hpp"

namespace amibroker::simulation {

/// Runs a seed with at most these faults. With `traced`, what happens is printed. Nothing: all checks held.
[[nodiscard]] std::optional<Failure> run_seed(std::uint64_t seed, Subject subject, FaultSet allowed, bool traced);

}  // namespace amibroker::simulation
