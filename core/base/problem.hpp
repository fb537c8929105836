// SPDX-License-Identifier: Apache-2.0
//
// A mistake in a configuration.
#pragma once

#include <string>

namespace amibroker::base {

/// One mistake, for `file:line: text`.
struct Problem {
  int line = 0;  ///< in the file, from 1; 0 if no line is to blame
  std::string text;
};

}  // namespace amibroker::base
