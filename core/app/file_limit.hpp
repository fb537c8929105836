// SPDX-License-Identifier: Apache-2.0
//
// How many files the process may have open.
#pragma once

#include <cstddef>

namespace amibroker::app {

/// Raises the soft limit of open files to what that many servers need, as far as the hard limit allows; warns if
/// that is not enough.
void raise_file_limit(std::size_t servers);

}  // namespace amibroker::app
