// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/sites_run.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/checks.hpp"
#include "tests/simulation/cluster.hpp"
#include "tests/simulation/site_checks.hpp"
#include "tests/simulation/site_faults.hpp"

namespace amibroker::simulation {
namespace {

/// See run.cpp.
constexpr Seconds margin{90};
/// A live change on a quiet cluster is on all servers of all sites within this time, and on those of its own site
/// within the shorter one.
constexpr Milliseconds live_delay{1000};
constexpr Milliseconds local_delay{500};
/// What sites have missed of each other is noticed with the next heartbeat, asked for, and written.
constexpr Seconds healed_within{10};

class SitesRun {
 public:
  SitesRun(const SitesScenario& scenario, bool traced)
      : scenario_(scenario), cluster_(scenario, traced), faults_(cluster_) {}

  std::optional<Failure> go() {
    faults_.begin();
    for (std::size_t site = 0; site < cluster_.size(); ++site) cluster_.site(site).plan.begin();
    cluster_.pass(faults_.duration());
    faults_.end();
    for (std::size_t site = 0; site < cluster_.size(); ++site) cluster_.site(site).plan.end();
    drain();
    cluster_.pass(longest(&Scenario::resync_interval) * (scenario_.faults.has(Fault::fleet_changes) ? 2 : 1) +
                  longest(&Scenario::lost_after) + scenario_.lost_after + margin);
    check_names(cluster_, {"after the faults"});
    check_order_of_sites(cluster_);
    check_bound_of_sites(cluster_, faults_.separations());
    check_all_connected();
    stay_quiet("quiet", longest(&Scenario::resync_interval) + Seconds(10));
    change_live();
    if (scenario_.faults.has(Fault::cut_sites)) change_while_cut();
    if (scenario_.faults.has(Fault::lone_sites)) lose_site();
    if (scenario_.faults.has(Fault::dead_sites) || scenario_.faults.has(Fault::broker_restarts)) restart_quietly();
    if (scenario_.faults.has(Fault::pairs)) fail_over();
    return cluster_.failure();
  }

 private:
  [[nodiscard]] Seconds longest(Seconds Scenario::*what) const {
    Seconds most{0};
    for (const Scenario& site : scenario_.sites) most = std::max(most, site.*what);
    return most;
  }
  [[nodiscard]] Random& plan() { return cluster_.plan(); }

  void drain() {
    Time end = cluster_.clockwork().agenda.now();
    cluster_.each_server(
        [&](ServerPlace place) { end = std::max(end, cluster_.site(place.site).fleet.busy_until(place.server)); });
    cluster_.clockwork().agenda.run_until(end);
  }

  void check_all_connected() {
    cluster_.each_server([&](ServerPlace place) {
      if (!cluster_.connected(place) && !cluster_.site(place.site).plan.is_lost(place.server))
        cluster_.fail("simulation", "server " + std::to_string(place.server) + " of site " +
                                        std::to_string(place.site) + " is not connected");
    });
  }

  /// Nothing happens in this time, so nothing may be written, and each broker says on the bus, once a second, that it
  /// is there, and no more.
  void stay_quiet(std::string_view check, Duration time) {
    const std::size_t writes = cluster_.writes();
    const Cluster::Sent sent = cluster_.sent();
    cluster_.pass(time);
    if (const std::size_t more = cluster_.writes() - writes; more != 0)
      cluster_.fail(check, std::to_string(more) + " writes although nothing had changed");
    const std::size_t heartbeats = cluster_.sent().heartbeats - sent.heartbeats;
    const auto seconds = static_cast<std::size_t>(std::chrono::duration_cast<Seconds>(time).count());
    if (const std::size_t most = running() * (seconds + 2); heartbeats > most)
      cluster_.fail(check,
                    std::to_string(heartbeats) + " heartbeats, at most " + std::to_string(most) + " are allowed");
    if (const std::size_t others = cluster_.sent().others - sent.others; others != 0)
      cluster_.fail(check, std::to_string(others) + " messages between sites although nothing had changed");
  }
  [[nodiscard]] std::size_t running() const {
    std::size_t sum = 0;
    for (const Scenario& site : scenario_.sites) sum += site.brokers();
    return sum;
  }

  /// One of the servers where the name is changed, in a site if it matters, that is connected.
  [[nodiscard]] std::optional<ServerPlace> origin(const SitesName& name,
                                                  std::optional<std::size_t> site = std::nullopt) {
    std::vector<ServerPlace> places;
    for (const ServerPlace& place : name.origins)
      if (cluster_.connected(place) && (!site || place.site == *site)) places.push_back(place);
    if (places.empty()) return std::nullopt;
    return plan().one_of(places);
  }

  /// A change that is checked: within `time` all that `view` looks at is right.
  void change(const SitesName& name, ServerPlace place, Duration time, const View& view) {
    const std::string value = cluster_.change(name, place);
    cluster_.pass(time);
    check_name(cluster_, name, view);
    if (name.symmetric && !value.empty()) check_last(cluster_, name, place, value, view);
  }

  /// `live`: changes on a quiet cluster are there at once, and with no write too many.
  void change_live() {
    cluster_.trace().line("changes on the quiet cluster");
    for (const SitesName& name : scenario_.names) {
      const auto place = origin(name);
      if (!place) continue;
      const std::size_t before = cluster_.writes();
      change(name, *place, live_delay, {"after a single change"});
      const std::size_t writes = cluster_.writes() - before;
      // If the echo of an earlier write was lost, the server that was changed is written back to, to be sure.
      const std::size_t most = cluster_.most_writes(*place) + (name.symmetric ? 1 : 0);
      if (writes > most)
        cluster_.fail("live", std::to_string(writes) + " writes for one change of " + name.text + ", at most " +
                                  std::to_string(most) + " are allowed");
    }
  }

  /// `cut`: two sites that are cut from each other go on inside, and show each other's last states; once they are
  /// joined again, only what is different is written; once more for each further zone of a server, because the streams
  /// of a site's zones are read one after the other.
  void change_while_cut() {
    const std::size_t one = plan().below(cluster_.size());
    const std::size_t other = (one + 1 + plan().below(cluster_.size() - 1)) % cluster_.size();
    cluster_.set_cut(one, other, true);
    cluster_.set_cut(other, one, true);
    cluster_.pass(plan().between(Seconds(0), Seconds(3)));
    std::size_t differences = 0;
    std::size_t changes = 0;
    for (const SitesName& name : scenario_.names) {
      const std::size_t site = plan().happens(0.5) ? one : other;
      const auto place = origin(name, site);
      if (!place || changes == 4) continue;  // before the sites take each other for lost
      ++changes;
      const std::size_t far = site == one ? other : one;
      const View view{"while two sites were cut", [&](std::size_t looked_at) { return looked_at == site; }, {}};
      const View others{"while two other sites were cut", [&](std::size_t looked_at) { return looked_at != far; }, {}};
      change(name, *place, local_delay, view);
      cluster_.pass(live_delay - local_delay);
      check_name(cluster_, name, others);
      for (std::size_t server = 0; server < scenario_.sites[far].servers; ++server)
        differences += scenario_.common_zones(*place, {far, server});
    }
    const std::size_t before = cluster_.writes();
    cluster_.set_cut(one, other, false);
    cluster_.set_cut(other, one, false);
    cluster_.pass(healed_within);
    check_names(cluster_, {"after two sites were cut"});
    if (const std::size_t writes = cluster_.writes() - before; writes > differences)
      cluster_.fail("cut", std::to_string(writes) + " writes after a cut, but only " + std::to_string(differences) +
                               " values had changed");
    stay_quiet("quiet", Seconds(10));
  }

  /// `lost`: a site that is gone for long leaves the lamps of the others, and they its; shared names stay, and what is
  /// set meanwhile is known once it is back.
  void lose_site() {
    const std::size_t lone = plan().below(cluster_.size());
    for (std::size_t other = 0; other < cluster_.size(); ++other) {
      if (other == lone) continue;
      cluster_.set_cut(lone, other, true);
      cluster_.set_cut(other, lone, true);
    }
    const Values before = shared_values(cluster_);
    cluster_.pass(scenario_.lost_after + Seconds(5));
    const View apart{
        "while a site was lost", {}, [&](std::size_t from, std::size_t to) { return (from == lone) == (to == lone); }};
    check_names(cluster_, apart);
    if (shared_values(cluster_) != before) cluster_.fail("lost", "a shared name changed because a site was lost");
    std::vector<std::pair<const SitesName*, std::pair<ServerPlace, std::string>>> changed;
    for (const SitesName& name : scenario_.names) {
      const auto place = origin(name);
      if (!place) continue;
      const std::string value = cluster_.change(name, *place);
      if (name.symmetric && !value.empty()) changed.push_back({&name, {*place, value}});
    }
    cluster_.pass(plan().between(local_delay, Seconds(5)));
    for (const SitesName& name : scenario_.names)
      if (!name.symmetric) check_name(cluster_, name, apart);
    for (std::size_t other = 0; other < cluster_.size(); ++other) {
      if (other == lone) continue;
      cluster_.set_cut(lone, other, false);
      cluster_.set_cut(other, lone, false);
    }
    cluster_.pass(healed_within);
    const View after{"after a site came back"};
    check_names(cluster_, after);
    for (const auto& [name, last] : changed) check_last(cluster_, *name, last.first, last.second, after);
    stay_quiet("quiet", Seconds(10));
  }

  /// `restart`: a new broker finds everything in order, in its own site and in others, and nobody writes anything.
  void restart_quietly() {
    const std::size_t site = plan().below(cluster_.size());
    FleetModel& fleet = cluster_.site(site).fleet;
    if (fleet.brokers() > 1) return;
    fleet.kill_broker();
    cluster_.pass(plan().between(Milliseconds(10), Milliseconds(3000)));
    // Servers that are there answer a new broker at once; it waits a moment for them before it writes.
    for (std::size_t id = 0; id < fleet.size(); ++id)
      fleet.change_cables(id, [](Cable& cable) { cable.quality.longest_connect = Milliseconds(500); });
    const std::size_t before = cluster_.writes();
    fleet.start_broker();
    cluster_.pass(longest(&Scenario::lost_after) + scenario_.lost_after + Seconds(15));
    if (const std::size_t writes = cluster_.writes() - before; writes != 0)
      cluster_.fail("restart", std::to_string(writes) + " writes although nothing had changed");
    check_names(cluster_, {"after a restart of a broker"});
    stay_quiet("quiet", Seconds(10));
  }

  /// `failover`: one of the two brokers of a site is killed, or stands still, and what changes then, there and
  /// elsewhere, is shown everywhere within 4 s. Afterwards one leads on each server.
  void fail_over() {
    constexpr Milliseconds most{4000};
    for (std::size_t site = 0; site < cluster_.size(); ++site) {
      FleetModel& fleet = cluster_.site(site).fleet;
      if (fleet.brokers() == 1) continue;
      const std::size_t broker = plan().below(2);
      const bool killed = plan().happens(0.5);
      if (killed) fleet.kill_broker(broker);
      else fleet.stop_broker(broker);
      cluster_.pass(plan().between(Milliseconds(0), Milliseconds(1500)));
      std::vector<std::pair<const SitesName*, std::pair<ServerPlace, std::string>>> changed;
      for (const SitesName& name : scenario_.names) {
        const auto place = origin(name);
        if (!place) continue;
        const std::string value = cluster_.change(name, *place);
        if (name.symmetric && !value.empty()) changed.push_back({&name, {*place, value}});
      }
      cluster_.pass(most);
      const View stopped{"after one of two brokers of a site was stopped"};
      check_names(cluster_, stopped);
      for (const auto& [name, last] : changed) check_last(cluster_, *name, last.first, last.second, stopped);
      fleet.start_broker(broker);
      fleet.continue_broker(broker);
      cluster_.pass(longest(&Scenario::lost_after) + scenario_.lost_after + Seconds(30));
      const View back{"after a broker came back"};
      check_names(cluster_, back);
      for (const auto& [name, last] : changed) check_last(cluster_, *name, last.first, last.second, back);
      check_leaders(cluster_.site(site).world, fleet, Seconds(2));
      stay_quiet("quiet", Seconds(10));
      return;
    }
  }

  const SitesScenario& scenario_;
  Cluster cluster_;
  SiteFaults faults_;
};

}  // namespace

std::optional<Failure> run_sites_seed(std::uint64_t seed, Subject subject, FaultSet allowed, bool traced) {
  const SitesScenario scenario = make_sites_scenario(seed, subject, allowed);
  if (traced) std::printf("%s\n", describe(scenario).c_str());
  return SitesRun(scenario, traced).go();
}

}  // namespace amibroker::simulation
