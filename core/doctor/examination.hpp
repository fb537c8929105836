// SPDX-License-Identifier: Apache-2.0
//
// How the doctor looks at a server: everything that takes time.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "core/doctor/case.hpp"
#include "core/doctor/seen.hpp"

namespace amibroker::doctor {

/// Connects to the server and to all others of the case, asks them, and takes back what it wrote. Blocks for at most
/// `limits.whole`, or until `stop` is asked for; on any thread, with a loop of its own. Throws std::exception if this
/// machine lacks something.
[[nodiscard]] Seen examine(const Case& patient, const Limits& limits, const std::stop_token& stop,
                           link::Resolver::Lookup look_up = link::Resolver::system_lookup());

}  // namespace amibroker::doctor
