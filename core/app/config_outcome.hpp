// SPDX-License-Identifier: Apache-2.0
//
// What became of a configuration that was read while the daemon runs.
#pragma once

#include <string>
#include <vector>

#include "core/base/problem.hpp"

namespace amibroker::app {

struct ConfigOutcome {
  bool is_right = false;  ///< it is in force, or could be
  std::string text{};     ///< one line for people
  std::vector<base::Problem> errors{};
  std::vector<base::Problem> warnings{};
  std::vector<std::string> changes{};  ///< what it changes, or would change; empty if it is not right
};

}  // namespace amibroker::app
