// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/site_checks.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "tests/simulation/checks.hpp"

namespace amibroker::simulation {
namespace {

std::string where(std::string_view name, ServerPlace place) {
  return std::string(name) + " on server " + std::to_string(place.server) + " of site " + std::to_string(place.site);
}

std::string held_at(Cluster& cluster, ServerPlace place, std::string_view name) {
  return held(cluster.scenario().sites[place.site], cluster.server(place), name);
}

bool looks(const View& view, std::size_t site) { return !view.looks || view.looks(site); }
bool reaches(const View& view, std::size_t from, std::size_t to) {
  return from == to || !view.reaches || view.reaches(from, to);
}

/// What a target should show for a native name.
std::string expected(Cluster& cluster, const SitesName& name, ServerPlace target, const View& view) {
  const SitesScenario& scenario = cluster.scenario();
  const bool presence = scenario.subject == Subject::presence_state;
  std::string shown = presence ? Ledger::as_text({}) : "INVALID";
  auto state = sim::DeviceState::invalid;
  cluster.each_server([&](ServerPlace place) {
    if (place == target || !cluster.connected(place) || !scenario.share(place, target)) return;
    if (!reaches(view, place.site, target.site)) return;
    if (presence) {
      if (cluster.server(place).asterisk.presence(name.text)) shown = held_at(cluster, place, name.text);
      return;
    }
    const auto here = sim::writable_device_state(held_at(cluster, place, name.text));
    if (here) state = sim::aggregate({state, *here});
    shown = to_string(state);
  });
  return shown;
}

void check_native(Cluster& cluster, const SitesName& name, const View& view) {
  const std::string shown_name = shown_name_of(cluster.scenario().sites.front(), name.text, false);
  cluster.each_server([&](ServerPlace target) {
    if (!cluster.connected(target) || !looks(view, target.site)) return;
    if (name.origins.size() == 1 && name.origins.front() == target) return;  // its own server is not written
    const std::string is = held_at(cluster, target, shown_name);
    const std::string should_be = expected(cluster, name, target, view);
    if (is != should_be)
      cluster.fail("agreement", std::string(view.when) + ": " + where(name.text, target) + " shows " + is +
                                    ", should show " + should_be);
  });
}

/// Servers that share one zone share their first one.
void check_shared(Cluster& cluster, const SitesName& name, const View& view) {
  std::map<std::string, std::pair<ServerPlace, std::string>> first;  // by zone
  cluster.each_server([&](ServerPlace place) {
    if (!cluster.connected(place) || !looks(view, place.site)) return;
    const auto& zones = cluster.scenario().zones(place);
    const std::string is = held_at(cluster, place, name.text);
    const auto& [other, value] = first.try_emplace(zones.empty() ? "" : zones.front(), place, is).first->second;
    if (is != value)
      cluster.fail("agreement", std::string(view.when) + ": " + where(name.text, place) + " is " + is + ", on server " +
                                    std::to_string(other.server) + " of site " + std::to_string(other.site) + " " +
                                    value);
  });
}

void check_order_of(Cluster& cluster, const SitesName& name, ServerPlace target) {
  const SitesScenario& scenario = cluster.scenario();
  const Ledger& ledger = cluster.site(target.site).world.ledger;
  const auto& cells = ledger.cells(static_cast<ServerId>(target.server));
  const auto cell = cells.find(variable_of(scenario.sites[target.site], name.text, false));
  if (cell == cells.end()) return;
  const std::string neutral = scenario.subject == Subject::presence_state ? Ledger::as_text({}) : "INVALID";
  const auto& history = cluster.site(name.origins.front().site).world.ledger.history(name.text);
  auto at = history.begin();
  for (const std::string& value : cell->second.executed) {
    if (value == neutral) continue;
    const auto next = std::find(at, history.end(), value);
    if (next == history.end())
      return cluster.fail("order", where(name.text, target) + ": " + value + " was written after a newer value");
    at = next;
  }
}

std::size_t news_of(Cluster& cluster, const SitesName& name, const std::string& variable) {
  const std::string shown = shown_name_of(cluster.scenario().sites.front(), name.text, name.symmetric);
  std::size_t news = 0;
  for (std::size_t site = 0; site < cluster.size(); ++site) {
    const Ledger& ledger = cluster.site(site).world.ledger;
    news += ledger.changes(name.text);
    if (!name.symmetric) news += ledger.changes(shown);
    for (std::size_t id = 0; id < cluster.scenario().sites[site].servers; ++id)
      if (const auto cell = ledger.cells(static_cast<ServerId>(id)).find(variable);
          cell != ledger.cells(static_cast<ServerId>(id)).end())
        news += cell->second.failed;
  }
  return news;
}

}  // namespace

void check_name(Cluster& cluster, const SitesName& name, const View& view) {
  if (!name.symmetric) check_native(cluster, name, view);
  else check_shared(cluster, name, view);
}

void check_names(Cluster& cluster, const View& view) {
  for (const SitesName& name : cluster.scenario().names) check_name(cluster, name, view);
}

void check_last(Cluster& cluster, const SitesName& name, ServerPlace place, std::string_view value, const View& view) {
  cluster.each_server([&](ServerPlace other) {
    if (!cluster.connected(other) || !looks(view, other.site)) return;
    if (other != place && !cluster.scenario().share(place, other)) return;
    if (const std::string is = held_at(cluster, other, name.text); is != value)
      cluster.fail("last", std::string(view.when) + ": " + where(name.text, other) + " is " + is + ", but " +
                               std::string(value) + " was set last");
  });
}

void check_order_of_sites(Cluster& cluster) {
  // While two brokers change places, each may write what it knows.
  if (cluster.scenario().faults.has(Fault::pairs)) return;
  for (const SitesName& name : cluster.scenario().names)
    cluster.each_server([&](ServerPlace target) {
      // What two servers share in several zones travels once for each, and the target shows both together.
      if (!name.symmetric && name.origins.size() == 1 &&
          cluster.scenario().common_zones(name.origins.front(), target) == 1)
        check_order_of(cluster, name, target);
    });
}

void check_bound_of_sites(Cluster& cluster, std::size_t separations) {
  std::size_t ups = 0;
  cluster.each_server([&](ServerPlace place) {
    ups += std::max<std::size_t>(cluster.site(place.site).world.ledger.ups(static_cast<ServerId>(place.server)), 1) - 1;
  });
  std::size_t brokers = 0;
  for (const Scenario& site : cluster.scenario().sites) brokers += site.brokers();
  const std::size_t further_lives = cluster.lives() - std::min(cluster.lives(), brokers);
  const std::size_t allowed = 2 * ups + 2 * cluster.servers() * further_lives + 2 * cluster.size() * separations;
  for (const SitesName& name : cluster.scenario().names) {
    const std::string variable = variable_of(cluster.scenario().sites.front(), name.text, name.symmetric);
    const std::size_t most = allowed + 2 * news_of(cluster, name, variable);
    cluster.each_server([&](ServerPlace target) {
      const auto& cells = cluster.site(target.site).world.ledger.cells(static_cast<ServerId>(target.server));
      const auto cell = cells.find(variable);
      if (cell != cells.end() && cell->second.requested > most)
        cluster.fail("bound", where(name.text, target) + " was written " + std::to_string(cell->second.requested) +
                                  " times, at most " + std::to_string(most) + " are allowed");
    });
  }
}

Values shared_values(Cluster& cluster) {
  Values values;
  for (const SitesName& name : cluster.scenario().names)
    if (name.symmetric)
      cluster.each_server(
          [&](ServerPlace place) { values[where(name.text, place)] = held_at(cluster, place, name.text); });
  return values;
}

}  // namespace amibroker::simulation
