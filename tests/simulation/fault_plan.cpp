// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/fault_plan.hpp"

#include <string>
#include <utility>

namespace amibroker::simulation {
void FaultPlan::begin() {
  set_qualities();
  if (has(Fault::initial_states)) preset_states();
  for (std::size_t id = 0; id < fleet_.size(); ++id)
    if (world_.scenario.late[id]) come_late(id);
  if (has(Fault::fleet_changes)) configure_later();
  some(Fault::replicator, 2, &FaultPlan::replicate);
  fleet_.start_broker();
  if (fleet_.brokers() > 1) at(random_.happens(0.5) ? Duration(0) : moment(), [this] { fleet_.start_broker(1); });
  for (int change = 0; change < world_.scenario.changes; ++change) plan_change();
  some(Fault::server_restarts, 3, &FaultPlan::restart_server);
  some(Fault::partitions, 4, &FaultPlan::partition);
  some(Fault::slow_targets, 2, &FaultPlan::slow_down);
  some(Fault::refusals, 2, &FaultPlan::refuse);
  some(Fault::broker_restarts, 3, &FaultPlan::restart_broker);
  some(Fault::second_broker, 2, &FaultPlan::stop_broker);
  some(Fault::fleet_changes, 4, &FaultPlan::reconfigure);
  some(Fault::freezes, 2, &FaultPlan::freeze);
  some(Fault::endless_boots, 1, &FaultPlan::boot_without_end);
  if (world_.scenario.subject == Subject::device_state) some(Fault::floods, 3, &FaultPlan::flood);
  if (has(Fault::stays_down) && fleet_.size() > 2) at(moment(), [this] { lose_for_good(); });
}

void FaultPlan::end() {
  world_.trace.line("all faults end");
  for (std::size_t id = 0; id < fleet_.size(); ++id) {
    fleet_.change_cables(id, [](Cable& cable) { cable.quality = Quality{}; });
    fleet_.server(id).refusing = false;
    fleet_.server(id).duplicate_chance = 0;
    fleet_.put_in(id);
    if (is_lost(id)) continue;
    fleet_.boot_server(id);
    fleet_.mend(id);
  }
  fleet_.replicate(Duration(0));
  fleet_.start_brokers();
  for (std::size_t broker = 0; broker < fleet_.brokers(); ++broker) fleet_.continue_broker(broker);
}

/// Without lists of what is there already, a broker can only know what changes once all servers are up.
Duration FaultPlan::first_moment() const { return has(Fault::initial_states) ? Seconds(0) : Seconds(6); }

Duration FaultPlan::moment() { return random_.between(first_moment(), duration()); }

/// Some outages are shorter than `lost_after`, some longer.
Duration FaultPlan::outage() {
  const Duration most = random_.happens(0.5) ? Seconds(3) : 2 * world_.scenario.lost_after;
  return random_.between(Milliseconds(50), most);
}

void FaultPlan::some(Fault fault, int most, void (FaultPlan::*task)()) {
  if (!has(fault)) return;
  for (int i = random_.between(1, most); i > 0; --i) at(moment(), [this, task] { (this->*task)(); });
}

void FaultPlan::set_qualities() {
  for (std::size_t id = 0; id < fleet_.size(); ++id) {
    Quality quality;
    const bool numbered = world_.scenario.numbered[id];
    if (has(Fault::slow_messages)) quality.slow_chance = 0.01 * random_.between(0, 20);
    quality.slowest = Milliseconds(random_.between(50, 3000));
    if (has(numbered ? Fault::event_loss : Fault::silent_loss)) quality.event_loss = 0.01 * random_.between(0, 20);
    if (has(Fault::reply_loss)) quality.reply_loss = 0.01 * random_.between(0, 20);
    if (has(Fault::command_loss)) quality.command_loss = 0.01 * random_.between(0, 20);
    fleet_.change_cables(id, [&](Cable& cable) { cable.quality = quality; });
    if (has(Fault::duplicates)) fleet_.server(id).duplicate_chance = 0.1;
    if (has(Fault::hidden_fences)) fleet_.server(id).hides_fences = random_.happens(0.5);  // for good, as rights are
  }
}

void FaultPlan::preset_states() {
  for (const Name& name : world_.scenario.names)
    for (const std::size_t id : name.origins)
      if (random_.happens(0.7)) fleet_.preset(id, name);
}

void FaultPlan::come_late(std::size_t id) {
  fleet_.kill_server(id, Duration(0));
  at(outage(), [this, id] {
    if (!is_lost(id)) fleet_.boot_server(id);
  });
}

/// One change, or some of the same name that nearly meet.
void FaultPlan::plan_change() {
  const Name& name = random_.one_of(world_.scenario.names);
  const Duration first = moment();
  const int count = random_.happens(0.3) ? random_.between(2, 4) : 1;
  for (int i = 0; i < count; ++i) {
    const std::size_t id = has(Fault::conflicts) || i == 0 ? random_.one_of(name.origins) : name.origins.front();
    at(first + random_.between(Duration(0), i == 0 ? Duration(0) : Duration(Milliseconds(20))),
       [this, id, &name] { fleet_.change(id, name); });
  }
}

void FaultPlan::restart_server() {
  const std::size_t id = random_.below(fleet_.size());
  fleet_.kill_server(id, random_.between(Milliseconds(0), Milliseconds(200)));
  world_.agenda.after(outage(), [this, id] {
    if (!is_lost(id)) fleet_.boot_server(id);
  });
}

void FaultPlan::partition() {
  const std::size_t id = random_.below(fleet_.size());
  const bool all = fleet_.brokers() == 1 || random_.happens(0.3);
  const auto broker = all ? std::nullopt : std::optional(random_.below(fleet_.brokers()));
  fleet_.cut(id, random_.between(Milliseconds(0), random_.happens(0.5) ? Milliseconds(50) : Milliseconds(7000)),
             broker);
  world_.agenda.after(outage(), [this, id] {
    if (!is_lost(id)) fleet_.mend(id);
  });
}

void FaultPlan::slow_down() {
  const std::size_t id = random_.below(fleet_.size());
  const auto set_service = [this, id](Duration service) {
    fleet_.change_cables(id, [&](Cable& cable) { cable.quality.service = service; });
  };
  set_service(random_.between(Milliseconds(20), Milliseconds(2000)));
  world_.agenda.after(random_.between(Seconds(1), Seconds(20)), [=] { set_service(Duration(0)); });
}

void FaultPlan::refuse() {
  ModelServer& server = fleet_.server(random_.below(fleet_.size()));
  server.refusing = true;
  world_.agenda.after(random_.between(Milliseconds(100), Seconds(20)), [&server] { server.refusing = false; });
}

void FaultPlan::restart_broker() {
  const std::size_t broker = fleet_.brokers() == 1 ? 0 : random_.below(fleet_.brokers());
  fleet_.kill_broker(broker);
  world_.agenda.after(random_.between(Milliseconds(1), random_.happens(0.5) ? Milliseconds(100) : Milliseconds(5000)),
                      [this, broker] { fleet_.start_broker(broker); });
}

void FaultPlan::replicate() {
  fleet_.replicate(random_.between(Milliseconds(20), Milliseconds(50)));
  world_.agenda.after(random_.between(Seconds(1), Seconds(10)), [this] { fleet_.replicate(Duration(0)); });
}

/// For less and for more than it takes the other one to notice.
void FaultPlan::stop_broker() {
  const std::size_t broker = random_.below(fleet_.brokers());
  fleet_.stop_broker(broker);
  world_.agenda.after(random_.between(Milliseconds(100), Seconds(10)),
                      [this, broker] { fleet_.continue_broker(broker); });
}

/// Some servers are put into the configuration only later.
void FaultPlan::configure_later() {
  for (std::size_t id = 0; id < fleet_.size(); ++id) {
    if (!random_.happens(0.3)) continue;
    fleet_.take_out(id);
    at(moment(), [this, id] { fleet_.put_in(id); });
  }
}

void FaultPlan::reconfigure() {
  const std::size_t id = random_.below(fleet_.size());
  fleet_.take_out(id);
  world_.agenda.after(outage(), [this, id] { fleet_.put_in(id); });
}

/// Shorter and longer than what it takes to notice it.
void FaultPlan::freeze() {
  const std::size_t id = random_.below(fleet_.size());
  fleet_.freeze(id, random_.between(Milliseconds(200), Seconds(15)), random_.between(Seconds(3), Seconds(7)));
}

/// Every 20 ms, until the faults end.
void FaultPlan::boot_without_end() {
  const std::size_t id = random_.below(fleet_.size());
  const Time end = Agenda::start + duration();
  for (Time time = world_.agenda.now(); time < end; time += Milliseconds(20))
    world_.agenda.at(time, [this, id] {
      if (!fleet_.cable(id).server_is_dead()) fleet_.server(id).announce("FullyBooted");
    });
}

/// Devices that are there for a second; each flood has names of its own.
void FaultPlan::flood() {
  constexpr int devices = 100;
  const std::size_t id = random_.below(fleet_.size());
  const std::string prefix = "DAHDI/i1/" + std::to_string(++floods_) + "-";
  const auto say_all = [this, id, prefix](sim::DeviceState state) {
    if (fleet_.cable(id).server_is_dead()) return;
    for (int i = 0; i < devices; ++i) fleet_.server(id).change(prefix + std::to_string(i), state);
  };
  world_.trace.line("server ", id, " makes up devices");
  say_all(sim::DeviceState::inuse);
  world_.agenda.after(Seconds(1), [say_all] { say_all(sim::DeviceState::invalid); });
}

void FaultPlan::lose_for_good() {
  const std::size_t id = fleet_.size() - 1;
  lost_ = id;
  if (random_.happens(0.5)) fleet_.kill_server(id, Milliseconds(100));
  else fleet_.cut(id, Milliseconds(100));
}

}  // namespace amibroker::simulation
