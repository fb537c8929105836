// SPDX-License-Identifier: Apache-2.0
//
// What all parts of a run share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "amibroker/testing/fake_bus.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/random.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/trace.hpp"

namespace amibroker::simulation {

/// Time and chance, which several sites have in common.
struct Clockwork {
  Clockwork(std::uint64_t seed, bool with_trace)
      : traced(with_trace), network(seed ^ 0x6e6574), plan(seed ^ 0x706c616e) {}
  Clockwork(const Clockwork&) = delete;
  Clockwork& operator=(const Clockwork&) = delete;

  Agenda agenda;
  bool traced;
  Random network;  ///< delays and losses of messages
  Random plan;     ///< changes and faults; a source of its own, so that they stay when the broker sends other messages
};

/// One site, or all there is.
struct World {
  /// `site`: goes before what the trace says; empty: nothing does.
  World(const Scenario& of, Clockwork& common, std::string site = {})
      : scenario(of),
        agenda(common.agenda),
        trace(common.agenda, common.traced, std::move(site)),
        network(common.network),
        plan(common.plan),
        ledger(of.servers) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const Scenario& scenario;
  Agenda& agenda;
  Trace trace;
  Random& network;
  Random& plan;
  Ledger ledger;
  /// Makes a member of the bus for a broker that starts; empty: there is no bus.
  std::function<testing::FakeBus&(std::size_t broker)> join_bus;
};

}  // namespace amibroker::simulation
