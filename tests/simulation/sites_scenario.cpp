// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/sites_scenario.hpp"

#include <array>
#include <utility>

namespace amibroker::simulation {
namespace {

constexpr std::array<std::string_view, 3> zone_names{"north", "south", "west"};

/// Some of the faults, so that each meets each other one, and some runs have few.
FaultSet choose_site_faults(Random& random, FaultSet allowed) {
  // A fleet whose names somebody else writes as well agrees with nobody (docs/replication.md, Two brokers), and what
  // makes a run long would do so once for each site.
  for (const Fault fault :
       {Fault::second_broker, Fault::rival_broker, Fault::replicator, Fault::floods, Fault::endless_boots})
    allowed.remove(fault);
  FaultSet chosen;
  const double local = 0.1 * random.between(0, 4);
  const double between_sites = 0.1 * random.between(1, 6);
  for (std::size_t i = 0; i < fault_count; ++i) {
    const auto fault = static_cast<Fault>(i);
    if (random.happens(i < local_fault_count ? local : between_sites) && allowed.has(fault)) chosen.add(fault);
  }
  return chosen;
}

/// Of the faults of the run that a site may have, about two of three.
FaultSet faults_of_site(Random& random, FaultSet all) {
  FaultSet chosen;
  for (std::size_t i = 0; i < local_fault_count; ++i)
    if (const auto fault = static_cast<Fault>(i); all.has(fault) && random.happens(0.65)) chosen.add(fault);
  // What is the same for all sites.
  for (const Fault fault : {Fault::custom, Fault::shared_devices, Fault::conflicts, Fault::initial_states})
    if (all.has(fault)) chosen.add(fault);
  if (all.has(Fault::pairs) && random.happens(0.6)) {
    chosen.add(Fault::second_broker);
    chosen.remove(Fault::hidden_fences);  // whoever cannot see marks cannot stand by
  }
  return chosen;
}

enum class Zoning : std::uint8_t {
  none,
  apart,        ///< each server has one zone, and some have none
  nested,       ///< one zone has all servers, and some have one of their own site as well
  overlapping,  ///< several each. What is set on one of two servers that share nothing may or may not reach the other
                ///< through a third, so there are no shared names then
};

std::vector<std::string> zones_of_server(Random& random, Zoning zoning, std::size_t site) {
  if (zoning == Zoning::none) return {};
  if (zoning == Zoning::nested) {
    std::vector<std::string> zones{"all"};
    if (random.happens(0.7)) zones.push_back("site-" + std::to_string(site));
    return zones;
  }
  std::vector<std::string> zones{std::string(random.one_of(zone_names))};
  if (zoning == Zoning::apart) {
    if (random.happens(0.1)) zones.clear();  // shares with those that name none
    return zones;
  }
  for (const std::string_view zone : zone_names)
    if (zone != zones.front() && random.happens(0.3)) zones.emplace_back(zone);
  return zones;
}

ServerPlace some_place(Random& random, const SitesScenario& scenario) {
  const std::size_t site = random.below(scenario.sites.size());
  return {site, random.below(scenario.sites[site].servers)};
}

std::vector<ServerPlace> some_places(Random& random, const SitesScenario& scenario, bool several) {
  std::vector<ServerPlace> places{some_place(random, scenario)};
  if (!several) return places;
  for (int i = random.between(1, 4); i > 0; --i)
    if (const ServerPlace place = some_place(random, scenario);
        std::find(places.begin(), places.end(), place) == places.end())
      places.push_back(place);
  return places;
}

void add_names(Random& random, SitesScenario& scenario, bool with_shared) {
  const auto add = [&](std::string text, bool symmetric, bool several) {
    scenario.names.push_back({std::move(text), symmetric, some_places(random, scenario, several)});
  };
  const Scenario& any = scenario.sites.front();
  if (scenario.subject == Subject::presence_state) {
    for (int i = with_shared ? random.between(1, 3) : 0; i > 0; --i)
      add("CustomPresence:" + std::to_string(100 + i), true, any.faults.has(Fault::conflicts) || random.happens(0.5));
    if (!with_shared || random.happens(0.5)) add("SIP:foo", false, false);
    return;
  }
  const bool shared = any.faults.has(Fault::shared_devices) && any.aggregate;
  for (int i = random.between(2, 6); i > 0; --i)
    add("PJSIP/" + std::to_string(100 + i), false, shared && random.happens(0.6));
  if (any.custom && with_shared) add("Custom:night", true, true);
}

void deal_out_names(SitesScenario& scenario) {
  for (const SitesName& name : scenario.names)
    for (std::size_t site = 0; site < scenario.sites.size(); ++site) {
      Name here{name.text, name.symmetric, {}};
      for (const ServerPlace& place : name.origins)
        if (place.site == site) here.origins.push_back(place.server);
      if (!here.origins.empty()) scenario.sites[site].names.push_back(std::move(here));
    }
  for (Scenario& site : scenario.sites)
    if (site.names.empty()) site.changes = 0;
}

Scenario make_site(Random& random, const SitesScenario& scenario, Zoning zoning, const Scenario& common) {
  const std::size_t number = scenario.sites.size();
  Scenario site = common;
  site.servers = 1 + random.below(4);
  site.faults = faults_of_site(random, scenario.faults);
  site.changes = random.between(2, 25);
  site.resync_interval = Seconds(random.between(20, 60));
  site.lost_after = Seconds(random.between(5, 15));
  site.request_timeout = Milliseconds(random.between(1000, 10000));
  site.lost_before_event = random.happens(0.5);
  for (std::size_t server = 0; server < site.servers; ++server) {
    site.numbered.push_back(!(site.faults.has(Fault::silent_loss) && random.happens(0.5)));
    site.late.push_back(site.faults.has(Fault::down_at_start) && random.happens(0.4));
    site.zones.push_back(zones_of_server(random, zoning, number));
  }
  return site;
}

}  // namespace

SitesScenario make_sites_scenario(std::uint64_t seed, Subject subject, FaultSet allowed) {
  Random random((seed * 2 + static_cast<std::uint64_t>(subject)) ^ 0x7369746573);
  SitesScenario scenario;
  scenario.seed = seed;
  scenario.subject = subject;
  scenario.faults = choose_site_faults(random, allowed);
  // A site that is started again speaks once it has waited for its servers, which it does for 8 s.
  scenario.lost_after = Seconds(random.between(15, 25));
  const auto zoning = static_cast<Zoning>(random.happens(0.4) ? 0 : random.between(1, 3));
  Scenario common;
  common.seed = seed;
  common.subject = subject;
  common.active = Seconds(random.between(5, 60));
  const bool devices = subject == Subject::device_state;
  common.aggregate = !devices || random.happens(0.85);
  common.custom = devices && scenario.faults.has(Fault::custom);
  // Five sites are rare, because they take long.
  const std::size_t sites = 2 + (random.happens(0.6) ? random.below(2) : random.below(4));
  for (std::size_t site = 0; site < sites; ++site)
    scenario.sites.push_back(make_site(random, scenario, zoning, common));
  add_names(random, scenario, zoning != Zoning::overlapping);
  deal_out_names(scenario);
  return scenario;
}

std::string describe(const SitesScenario& scenario) {
  std::string text = std::to_string(scenario.sites.size()) + " sites, lost_after " +
                     std::to_string(scenario.lost_after.count()) + " s, faults " + scenario.faults.text();
  for (std::size_t site = 0; site < scenario.sites.size(); ++site) {
    text.append("\n  site ").append(std::to_string(site)).append(": ").append(describe(scenario.sites[site]));
    text.append("; zones");
    for (const auto& zones : scenario.sites[site].zones) {
      text.append(" ").append(zones.empty() ? "none" : zones.front());
      for (std::size_t i = 1; i < zones.size(); ++i) text.append("+").append(zones[i]);
    }
  }
  return text;
}

}  // namespace amibroker::simulation
