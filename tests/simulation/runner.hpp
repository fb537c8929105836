// SPDX-License-Identifier: Apache-2.0
//
// Many seeds on many threads, and what is printed about them.
#pragma once

#include "tests/simulation/options.hpp"

namespace amibroker::simulation {

/// Runs the seeds. Whether the result is what was expected: no failure, or, if one is expected, at least one.
[[nodiscard]] bool run_seeds(const RunOptions& options);

}  // namespace amibroker::simulation
