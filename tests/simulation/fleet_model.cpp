// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/fleet_model.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace amibroker::simulation {
namespace {

constexpr std::array<std::string_view, 6> presence_states{"available", "away", "xa", "chat", "dnd", "not_set"};
constexpr std::array<std::string_view, 5> texts{"", "lunch", "back at 1, or later", " spaced ", "b\xc3\xbcro \"7\""};

bool originates(const Name& name, std::size_t server) {
  return std::find(name.origins.begin(), name.origins.end(), server) != name.origins.end();
}

/// UNKNOWN is no state that a lamp could be given.
std::string shown_as(sim::DeviceState state) {
  return std::string(to_string(state == sim::DeviceState::unknown ? sim::DeviceState::invalid : state));
}

}  // namespace

FleetModel::FleetModel(World& world) : world_(world), configured_(world.scenario.servers, true) {
  for (ServerId id = 0; id < world.scenario.servers; ++id) servers_.push_back(std::make_unique<ModelServer>(world, id));
  brokers_.resize(world.scenario.brokers());
  for (Broker& broker : brokers_)
    for (ServerId id = 0; id < world.scenario.servers; ++id)
      broker.cables.push_back(std::make_unique<Cable>(world, id, *servers_[id]));
  if (!world.scenario.faults.has(Fault::replicator)) return;
  watch(0, 1);
  watch(1, 0);
}

bool FleetModel::connected(std::size_t id) const noexcept {
  return std::any_of(brokers_.begin(), brokers_.end(),
                     [&](const Broker& broker) { return broker.cables[id]->connected(); });
}

Time FleetModel::busy_until(std::size_t id) const noexcept {
  Time time{};
  for (const Broker& broker : brokers_) time = std::max(time, broker.cables[id]->busy_until());
  return time;
}

void FleetModel::start_broker(std::size_t number) {
  Broker& broker = brokers_[number];
  if (broker.host) return;
  for (std::size_t id = 0; id < size(); ++id) note_current(id);
  const bool rival = number > 0 && world_.scenario.faults.has(Fault::rival_broker);
  broker.host = std::make_unique<VirtualHost>(world_, broker.cables, configured_, rival ? "rival-" : "server-",
                                              world_.join_bus ? &world_.join_bus(number) : nullptr);
  broker.host->start();
}

void FleetModel::start_brokers() {
  for (std::size_t broker = 0; broker < brokers_.size(); ++broker) start_broker(broker);
}

void FleetModel::kill_broker(std::size_t number) {
  Broker& broker = brokers_[number];
  if (!broker.host) return;
  broker.host->kill();
  broker.past.push_back(std::move(broker.host));
}

void FleetModel::stop_broker(std::size_t number) {
  if (brokers_[number].host) brokers_[number].host->stand_still();
}

void FleetModel::continue_broker(std::size_t number) {
  const auto& host = brokers_[number].host;
  if (host && host->stands_still()) host->go_on();
}

void FleetModel::take_out(std::size_t id) {
  if (!configured_[id]) return;
  configured_[id] = false;
  note_current(id);
  for (const Broker& broker : brokers_)
    if (broker.host) broker.host->take_out(static_cast<ServerId>(id));
}

void FleetModel::put_in(std::size_t id) {
  if (configured_[id]) return;
  configured_[id] = true;
  note_current(id);
  for (const Broker& broker : brokers_)
    if (broker.host) broker.host->put_in(static_cast<ServerId>(id));
}

void FleetModel::kill_server(std::size_t id, Duration notice) {
  if (cable(id).server_is_dead()) return;
  change_cables(id, [&](Cable& cable) { cable.server_died(notice); });
  note_current(id);
}

void FleetModel::boot_server(std::size_t id) {
  if (!cable(id).server_is_dead()) return;
  servers_[id]->boot();
  note_current(id);
  change_cables(id, [](Cable& cable) { cable.server_booted(); });
  const auto later = [&](Duration least, Duration most, auto task) {
    world_.agenda.after(world_.plan.between(least, most), [this, id, task] {
      if (!cable(id).server_is_dead()) task(*servers_[id]);
    });
  };
  later(Milliseconds(0), Seconds(1), [](ModelServer& server) { server.publish_presences(); });
  later(Milliseconds(500), Seconds(3), [](ModelServer& server) { server.announce("FullyBooted"); });
  later(Seconds(2), Seconds(2), [](ModelServer& server) { server.announce("LoadZmq"); });
  if (world_.scenario.subject != Subject::device_state) return;
  for (const Name& name : world_.scenario.names)
    if (!name.symmetric && originates(name, id) && world_.plan.happens(0.5))
      later(Milliseconds(0), Seconds(8), [this, id, &name](ModelServer&) { change(id, name); });
}

void FleetModel::cut(std::size_t id, Duration notice, std::optional<std::size_t> broker) {
  if (broker) cable(id, *broker).cut(notice);
  else change_cables(id, [&](Cable& cable) { cable.cut(notice); });
  note_current(id);
}

void FleetModel::mend(std::size_t id) {
  change_cables(id, [&](Cable& cable) {
    if (!cable.is_cut()) return;
    note_current(id);
    cable.mend();
  });
}

void FleetModel::freeze(std::size_t id, Duration length, Duration notice) {
  if (cable(id).server_is_dead()) return;
  change_cables(id, [&](Cable& cable) { cable.freeze(length, notice); });
  note_current(id);
}

void FleetModel::watch(std::size_t from, std::size_t to) {
  const bool devices = world_.scenario.subject == Subject::device_state;
  servers_[from]->add_publisher([=, this](const sim::Fields& event, std::uint64_t) {
    if (replicates_after_.count() == 0) return;
    const std::string_view text = sim::value_of(event, devices ? "Device" : "Presentity");
    const auto name = std::find_if(world_.scenario.names.begin(), world_.scenario.names.end(),
                                   [&](const Name& one) { return one.symmetric && one.text == text; });
    if (name != world_.scenario.names.end()) copy(*name, from, to);
  });
}

/// What it is now, a moment later.
void FleetModel::copy(const Name& name, std::size_t from, std::size_t to) {
  const auto later = [&](auto task) {
    world_.agenda.after(replicates_after_, [this, to, task] {
      if (!cable(to).server_is_dead() && !cable(to).is_frozen()) task(*servers_[to]);
    });
  };
  if (world_.scenario.subject == Subject::presence_state) {
    if (const auto presence = servers_[from]->asterisk.presence(name.text))
      later([&name, presence](ModelServer& server) {
        if (server.asterisk.presence(name.text) != presence) server.change(name.text, *presence);
      });
    return;
  }
  for (const auto& [device, state] : servers_[from]->asterisk.devices())
    if (device == name.text) later([&name, state = state](ModelServer& server) { server.change(name.text, state); });
}

void FleetModel::change(std::size_t id, const Name& name) {
  if (cable(id).server_is_dead() || cable(id).is_frozen()) return;
  if (world_.scenario.subject == Subject::presence_state) {
    const sim::Presence presence = random_presence();
    world_.ledger.changed(name.text, Ledger::as_text(presence));
    return servers_[id]->change(name.text, presence);
  }
  const sim::DeviceState state = random_state(name);
  if (servers_[id]->change(name.text, state)) world_.ledger.changed(name.text, shown_as(state));
}

void FleetModel::preset(std::size_t id, const Name& name) {
  if (world_.scenario.subject == Subject::presence_state) {
    const sim::Presence presence = random_presence();
    world_.ledger.changed(name.text, Ledger::as_text(presence));
    return servers_[id]->preset(name.text, presence);
  }
  const sim::DeviceState state = random_state(name);
  world_.ledger.changed(name.text, shown_as(state));
  servers_[id]->preset(name.text, state);
}

sim::DeviceState FleetModel::random_state(const Name& name) {
  const bool unknown = world_.scenario.faults.has(Fault::unknown_states) && !name.symmetric && world_.plan.happens(0.1);
  return unknown ? sim::DeviceState::unknown : static_cast<sim::DeviceState>(world_.plan.between(1, 8));
}

sim::Presence FleetModel::random_presence() {
  return {std::string(world_.plan.one_of(presence_states)), std::string(world_.plan.one_of(texts)),
          std::string(world_.plan.one_of(texts))};
}

/// A broker that sees a server for the first time, or again, may have withdrawn its value, and learns the present one.
void FleetModel::note_current(std::size_t id) {
  for (const Name& name : world_.scenario.names) {
    if (name.symmetric || name.origins.size() != 1 || name.origins.front() != id) continue;
    if (world_.scenario.subject == Subject::presence_state) {
      world_.ledger.note(name.text, Ledger::as_text({}));
      const auto presence = servers_[id]->asterisk.presence(name.text);
      if (presence) world_.ledger.note(name.text, Ledger::as_text(*presence));
      continue;
    }
    world_.ledger.note(name.text, "INVALID");
    for (const auto& [device, state] : servers_[id]->asterisk.devices())
      if (device == name.text) world_.ledger.note(name.text, shown_as(state));
  }
}

}  // namespace amibroker::simulation
