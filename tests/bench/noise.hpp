// SPDX-License-Identifier: Apache-2.0
//
// Events of a busy Asterisk 22 that no default plugin subscribes to, as res_zmq_manager publishes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace amibroker::bench {

/// One event of each kind, in the frequency of real calls: most of them VarSet.
std::vector<std::string> noise_events(std::string_view system_name);

}  // namespace amibroker::bench
