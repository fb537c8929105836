// SPDX-License-Identifier: Apache-2.0
//
// Proof that the simulation finds mistakes: it is built again with each of the rules of docs/replication.md broken
// in turn, and must then fail. In every other build all rules hold, and the questions below vanish in compilation.
#pragma once

#ifndef AMIBROKER_BREAK_RULE
#define AMIBROKER_BREAK_RULE 0
#endif

namespace amibroker::replication {

/// Whether a rule (1 to 10) is kept by this build.
[[nodiscard]] constexpr bool keeps_rule(int rule) noexcept { return rule != AMIBROKER_BREAK_RULE; }

}  // namespace amibroker::replication
