// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/cluster.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::simulation {
namespace {

std::string name_of(std::size_t site) { return "site-" + std::to_string(site); }

}  // namespace

Cluster::Cluster(const SitesScenario& scenario, bool traced)
    : scenario_(scenario),
      clockwork_(scenario.seed, traced),
      trace_(clockwork_.agenda, traced),
      hub_([this] { return clockwork_.agenda.now(); },
           [this](Duration delay, std::function<void()> task) { clockwork_.agenda.after(delay, std::move(task)); },
           [this] { return clockwork_.network.next(); }),
      members_(scenario.sites.size() * most_brokers, nullptr),
      clocks_(scenario.sites.size() * most_brokers, Milliseconds(0)) {
  for (std::size_t id = 0; id < scenario.sites.size(); ++id) {
    Site& site = sites_.emplace_back(scenario.sites[id], clockwork_, name_of(id));
    site.world.join_bus = [this, id](std::size_t broker) -> testing::FakeBus& { return join(id, broker); };
  }
  hub_.on_sent = [this](const testing::FakeBus& from, testing::FakeHub::Kind kind, std::string_view topic,
                        std::string_view payload) { note_sent(from, kind, topic, payload); };
}

testing::FakeBus& Cluster::join(std::size_t site, std::size_t broker) {
  const std::size_t number = machine(site, broker);
  members_[number] = &hub_.join({.site = name_of(site), .lost_after = scenario_.lost_after}, number);
  members_[number]->clock_off = clocks_[number];
  return *members_[number];
}

void Cluster::set_clock(std::size_t machine, Milliseconds off) {
  trace_.line("machine ", machine, ": its clock is wrong by ", off.count(), " ms");
  clocks_[machine] = off;
  if (members_[machine] != nullptr) members_[machine]->clock_off = off;
}

void Cluster::set_cut(std::size_t from, std::size_t to, bool cut) {
  trace_.line("site ", from, cut ? " is not heard by site " : " is heard again by site ", to);
  for (std::size_t one = 0; one < most_brokers; ++one)
    for (std::size_t other = 0; other < most_brokers; ++other)
      hub_.way(machine(from, one), machine(to, other)).cut = cut;
}

void Cluster::kill_brokers(std::size_t site) {
  FleetModel& fleet = sites_[site].fleet;
  for (std::size_t broker = 0; broker < fleet.brokers(); ++broker) fleet.kill_broker(broker);
}

std::size_t Cluster::servers() const noexcept {
  std::size_t sum = 0;
  for (const Scenario& site : scenario_.sites) sum += site.servers;
  return sum;
}

std::size_t Cluster::most_writes(ServerPlace place) const {
  std::size_t sum = 0;
  each_server([&](ServerPlace other) {
    const std::size_t zones = scenario_.common_zones(place, other);
    if (other != place) sum += other.site == place.site ? std::min<std::size_t>(zones, 1) : zones;
  });
  return sum;
}

std::string Cluster::change(const SitesName& name, ServerPlace place) {
  Site& site = sites_[place.site];
  const auto& names = site.world.scenario.names;
  const auto here = std::find_if(names.begin(), names.end(), [&](const Name& one) { return one.text == name.text; });
  const std::size_t before = site.world.ledger.changes(name.text);
  site.fleet.change(place.server, *here);
  if (site.world.ledger.changes(name.text) == before) return {};
  return site.world.ledger.history(name.text).back();
}

std::size_t Cluster::writes() const noexcept {
  std::size_t sum = 0;
  for (std::size_t site = 0; site < sites_.size(); ++site) sum += writes(site);
  return sum;
}

std::size_t Cluster::lives() const noexcept {
  std::size_t sum = 0;
  for (const Site& site : sites_) sum += site.world.ledger.lives();
  return sum;
}

void Cluster::note_sent(const testing::FakeBus& from, testing::FakeHub::Kind kind, std::string_view topic,
                        std::string_view payload) {
  if (topic == "ping") return;  // it measures the way, whether something happens or not
  if (kind == testing::FakeHub::Kind::message && topic == "hb") {
    ++sent_.heartbeats;
    return;
  }
  ++sent_.others;
  const char* const what = kind == testing::FakeHub::Kind::message    ? " says about "
                           : kind == testing::FakeHub::Kind::question ? " asks about "
                                                                      : " answers about ";
  trace_.line(from.site(), " (machine ", from.machine(), ")", what, topic, ": ", payload);
}

void Cluster::fail(std::string_view check, std::string text) {
  if (!failure_) failure_ = Failure{std::string(check), std::move(text)};
}

std::optional<Failure> Cluster::failure() const {
  for (std::size_t id = 0; id < sites_.size(); ++id)
    if (const auto& failure = sites_[id].world.ledger.failure())
      return Failure{failure->check, name_of(id) + ": " + failure->text};
  return failure_;
}

}  // namespace amibroker::simulation
