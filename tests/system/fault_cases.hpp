// SPDX-License-Identifier: Apache-2.0
//
// All that the plugin `breaks` can do, and how each of it is to end, in the daemon's own process and in one of its own.
#pragma once

#include <iosfwd>
#include <vector>

#include "tests/system/fault_run.hpp"

namespace amibroker::system_test {

struct FaultCase {
  Fault fault;
  Ending in_process;
  Ending isolated;
};

[[nodiscard]] std::vector<FaultCase> fault_cases();

/// For the name of a test.
void PrintTo(const FaultCase& one, std::ostream* out);

}  // namespace amibroker::system_test
