// SPDX-License-Identifier: Apache-2.0
//
// All sites of a run, each with a fleet and a broker or two of its own, and the hub that joins these.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/testing/fake_bus.hpp"
#include "tests/simulation/fault_plan.hpp"
#include "tests/simulation/fleet_model.hpp"
#include "tests/simulation/sites_scenario.hpp"
#include "tests/simulation/world.hpp"

namespace amibroker::simulation {

struct Site {
  Site(const Scenario& scenario, Clockwork& common, std::string name)
      : world(scenario, common, std::move(name)), fleet(world), plan(world, fleet) {}

  World world;
  FleetModel fleet;
  FaultPlan plan;
};

class Cluster {
 public:
  Cluster(const SitesScenario& scenario, bool traced);
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  [[nodiscard]] const SitesScenario& scenario() const noexcept { return scenario_; }
  [[nodiscard]] std::size_t size() const noexcept { return sites_.size(); }
  [[nodiscard]] Site& site(std::size_t id) noexcept { return sites_[id]; }
  [[nodiscard]] testing::FakeHub& hub() noexcept { return hub_; }
  [[nodiscard]] Clockwork& clockwork() noexcept { return clockwork_; }
  [[nodiscard]] Random& plan() noexcept { return clockwork_.plan; }
  /// What is of no site.
  [[nodiscard]] Trace& trace() noexcept { return trace_; }

  void pass(Duration time) { clockwork_.agenda.run_until(clockwork_.agenda.now() + time); }

  /// A broker's machine has a number, whether it runs or not.
  static constexpr std::size_t most_brokers = 2;  // of a site
  [[nodiscard]] static std::size_t machine(std::size_t site, std::size_t broker) noexcept {
    return site * most_brokers + broker;
  }
  [[nodiscard]] std::size_t machines() const noexcept { return sites_.size() * most_brokers; }
  /// The member that runs on a machine, or ran there last; null: none did.
  [[nodiscard]] testing::FakeBus* member(std::size_t machine) noexcept { return members_[machine]; }
  /// By how much its clock is wrong, from now on.
  void set_clock(std::size_t machine, Milliseconds off);
  [[nodiscard]] Milliseconds clock(std::size_t machine) const noexcept { return clocks_[machine]; }
  /// Whether messages go from each broker of a site to each of another.
  void set_cut(std::size_t from, std::size_t to, bool cut);
  void kill_brokers(std::size_t site);

  /// Calls `visit(ServerPlace)` for each server of each site.
  template <typename Visit>
  void each_server(Visit&& visit) const {
    for (std::size_t site = 0; site < sites_.size(); ++site)
      for (std::size_t server = 0; server < scenario_.sites[site].servers; ++server) visit(ServerPlace{site, server});
  }
  [[nodiscard]] std::size_t servers() const noexcept;
  [[nodiscard]] bool connected(ServerPlace place) const noexcept {
    return sites_[place.site].fleet.connected(place.server);
  }
  [[nodiscard]] ModelServer& server(ServerPlace place) noexcept {
    return sites_[place.site].fleet.server(place.server);
  }
  /// Most writes that a change on this server may need: one for each that is to show it, and, as each zone travels on
  /// its own, one more for each of another site for each further zone that both have.
  [[nodiscard]] std::size_t most_writes(ServerPlace place) const;

  /// Another value of that name on this server. What it is then, as Ledger keeps it; empty if nothing changed.
  std::string change(const SitesName& name, ServerPlace place);

  [[nodiscard]] std::size_t writes() const noexcept;
  [[nodiscard]] std::size_t writes(std::size_t site) const noexcept { return sites_[site].world.ledger.writes(); }
  [[nodiscard]] std::size_t lives() const noexcept;

  /// Messages on the bus so far.
  struct Sent {
    std::size_t heartbeats = 0;
    std::size_t others = 0;  ///< questions and answers included
  };
  [[nodiscard]] const Sent& sent() const noexcept { return sent_; }

  /// What a check found; the first counts.
  void fail(std::string_view check, std::string text);
  [[nodiscard]] std::optional<Failure> failure() const;

 private:
  testing::FakeBus& join(std::size_t site, std::size_t broker);
  void note_sent(const testing::FakeBus& from, testing::FakeHub::Kind kind, std::string_view topic,
                 std::string_view payload);

  const SitesScenario& scenario_;
  Clockwork clockwork_;
  Trace trace_;
  testing::FakeHub hub_;
  std::vector<testing::FakeBus*> members_;
  std::vector<Milliseconds> clocks_;
  std::deque<Site> sites_;
  Sent sent_;
  std::optional<Failure> failure_;
};

}  // namespace amibroker::simulation
