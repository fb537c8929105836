// SPDX-License-Identifier: Apache-2.0
//
// What all parts of a run share.
#pragma once

#include "tests/simulation/agenda.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/random.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/trace.hpp"

namespace amibroker::simulation {

struct World {
  World(const Scenario& of, bool traced)
      : scenario(of),
        trace(agenda, traced),
        network(of.seed ^ 0x6e6574),
        plan(of.seed ^ 0x706c616e),
        ledger(of.servers) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const Scenario& scenario;
  Agenda agenda;
  Trace trace;
  Random network;  ///< delays and losses of messages
  Random plan;     ///< changes and faults; a source of its own, so that they stay when the broker sends other messages
  Ledger ledger;
};

}  // namespace amibroker::simulation
