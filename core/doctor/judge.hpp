// SPDX-License-Identifier: Apache-2.0
//
// What follows from what was seen, with the remedies. Pure.
#pragma once

#include <vector>

#include "core/doctor/case.hpp"
#include "core/doctor/finding.hpp"
#include "core/doctor/seen.hpp"

namespace amibroker::doctor {

/// The findings in the order in which a connection is made; they end with what keeps the rest from being seen.
[[nodiscard]] std::vector<Finding> judge(const Case& patient, const Seen& seen);

/// The way to the server: name, port, encryption, protocol, login. True if there is something to be said of the rest.
[[nodiscard]] bool judge_way(const Case& patient, const WaySeen& way, std::vector<Finding>& findings);

/// What it said once it let us in: life, rights, modules, the test write.
void judge_inside(const Case& patient, const InsideSeen& inside, std::vector<Finding>& findings);

/// What is compared with the other servers: system name, hints.
void judge_fleet(const Case& patient, const Seen& seen, std::vector<Finding>& findings);

}  // namespace amibroker::doctor
