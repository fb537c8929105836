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
  for (ServerId id = 0; id < world.scenario.servers; ++id) {
    servers_.push_back(std::make_unique<ModelServer>(world, id));
    cables_.push_back(std::make_unique<Cable>(world, id, *servers_.back()));
  }
}

void FleetModel::start_broker() {
  if (host_) return;
  for (std::size_t id = 0; id < size(); ++id) note_current(id);
  host_ = std::make_unique<VirtualHost>(world_, cables_, configured_);
  host_->start();
}

void FleetModel::kill_broker() {
  if (!host_) return;
  host_->kill();
  past_.push_back(std::move(host_));
}

void FleetModel::take_out(std::size_t id) {
  if (!configured_[id]) return;
  configured_[id] = false;
  note_current(id);
  if (host_) host_->take_out(static_cast<ServerId>(id));
}

void FleetModel::put_in(std::size_t id) {
  if (configured_[id]) return;
  configured_[id] = true;
  note_current(id);
  if (host_) host_->put_in(static_cast<ServerId>(id));
}

void FleetModel::kill_server(std::size_t id, Duration notice) {
  if (cables_[id]->server_is_dead()) return;
  cables_[id]->server_died(notice);
  note_current(id);
}

void FleetModel::boot_server(std::size_t id) {
  if (!cables_[id]->server_is_dead()) return;
  servers_[id]->boot();
  note_current(id);
  cables_[id]->server_booted();
  const auto later = [&](Duration least, Duration most, auto task) {
    world_.agenda.after(world_.plan.between(least, most), [this, id, task] {
      if (!cables_[id]->server_is_dead()) task(*servers_[id]);
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

void FleetModel::cut(std::size_t id, Duration notice) {
  cables_[id]->cut(notice);
  note_current(id);
}

void FleetModel::mend(std::size_t id) {
  if (!cables_[id]->is_cut()) return;
  note_current(id);
  cables_[id]->mend();
}

void FleetModel::freeze(std::size_t id, Duration length, Duration notice) {
  if (cables_[id]->server_is_dead()) return;
  cables_[id]->freeze(length, notice);
  note_current(id);
}

void FleetModel::change(std::size_t id, const Name& name) {
  if (cables_[id]->server_is_dead() || cables_[id]->is_frozen()) return;
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
