// SPDX-License-Identifier: Apache-2.0
//
// Proof that the simulation finds mistakes: it is built again with each of the rules of docs/replication.md broken
// in turn, and must then fail. In every other build all rules hold, and the questions below vanish in compilation.
//
// Only for sources, not for headers: tests/simulation/CMakeLists.txt compiles just those sources anew that ask for the
// broken rule.
#pragma once

#ifndef AMIBROKER_BREAK_RULE
#define AMIBROKER_BREAK_RULE 0
#endif

namespace amibroker::replication {

/// Whether a rule is kept by this build: 1 to 12, or a part of one that is broken by itself: 21 that a server is not
/// read all the time (6), 22 that a list without a fence counts in the end (6), 23 that a write waits for a late answer
/// (5), 24 and 25 that of what no late server can change all is written early, and nothing else (9), 26 that one server
/// cannot use up the names of all (12), 27 that a name which somebody else keeps changing is not written all the time
/// (11). Of the rules for several sites: 40 that what is missing is asked for (4), 41 that the last change counts (5),
/// 42 that stamps from the future are refused (6), 43 that shared names are compared (7), 44 that one of two brokers
/// that speak stops (9), 45 that a lost site is withdrawn (8), 46 that an old number is dropped (3), 47 that what a
/// snapshot lacks is withdrawn (4).
[[nodiscard]] constexpr bool keeps_rule(int rule) noexcept { return rule != AMIBROKER_BREAK_RULE; }

}  // namespace amibroker::replication
