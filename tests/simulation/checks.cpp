// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/checks.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace amibroker::simulation {

std::string shown_name_of(const Scenario& scenario, std::string_view name, bool symmetric) {
  return symmetric ? std::string(name) : shown_name(scenario, name);
}

std::string variable_of(const Scenario& scenario, std::string_view name, bool symmetric) {
  const std::string function = scenario.subject == Subject::device_state ? "DEVICE_STATE(" : "PRESENCE_STATE(";
  return function + shown_name_of(scenario, name, symmetric) + ")";
}

std::string held(const Scenario& scenario, ModelServer& server, std::string_view name) {
  if (scenario.subject == Subject::presence_state)
    return Ledger::as_text(server.asterisk.presence(name).value_or(sim::Presence{}));
  for (const auto& [device, state] : server.asterisk.devices())
    if (device == name) return std::string(to_string(state));
  return "INVALID";
}

namespace {

std::string shown_name_of(const Scenario& scenario, const Name& name) {
  return shown_name_of(scenario, name.text, name.symmetric);
}

std::string variable_of(const Scenario& scenario, const Name& name) {
  return variable_of(scenario, name.text, name.symmetric);
}

bool is_kept(const Name& name) { return !name.text.starts_with("Local/"); }

std::string expected(const Scenario& scenario, FleetModel& fleet, const Name& name, std::size_t target) {
  std::string shown = scenario.subject == Subject::device_state ? "INVALID" : Ledger::as_text({});
  auto state = sim::DeviceState::invalid;
  for (std::size_t id = 0; id < fleet.size(); ++id) {
    if (id == target || !fleet.connected(id)) continue;
    if (scenario.subject == Subject::presence_state) {
      if (fleet.server(id).asterisk.presence(name.text)) shown = held(scenario, fleet.server(id), name.text);
      continue;
    }
    const auto here = sim::writable_device_state(held(scenario, fleet.server(id), name.text));
    if (here) state = sim::aggregate({state, *here});
    shown = to_string(state);
  }
  return shown;
}

std::string where(const Name& name, std::size_t target) { return name.text + " on server " + std::to_string(target); }

void check_one_way(World& world, FleetModel& fleet, const Name& name, std::string_view when,
                   std::optional<std::size_t> but) {
  for (std::size_t target = 0; target < fleet.size(); ++target) {
    if (!fleet.connected(target) || but == target) continue;
    if (name.origins.size() == 1 && name.origins.front() == target) continue;  // see check_own_server
    const std::string is = held(world.scenario, fleet.server(target), shown_name_of(world.scenario, name));
    const std::string should_be = expected(world.scenario, fleet, name, target);
    if (is != should_be)
      world.ledger.fail("agreement",
                        std::string(when) + ": " + where(name, target) + " shows " + is + ", should show " + should_be);
  }
}

void check_symmetric(World& world, FleetModel& fleet, const Name& name, std::string_view when,
                     std::optional<std::size_t> but) {
  std::optional<std::pair<std::size_t, std::string>> first;
  for (std::size_t id = 0; id < fleet.size(); ++id) {
    if (!fleet.connected(id) || but == id) continue;
    std::string is = held(world.scenario, fleet.server(id), name.text);
    if (!first) first.emplace(id, is);
    if (is != first->second)
      world.ledger.fail("agreement", std::string(when) + ": " + where(name, id) + " is " + is + ", on server " +
                                         std::to_string(first->first) + " " + first->second);
  }
}

/// The later one wins where Asterisk aggregates.
std::size_t rank(std::string_view state) {
  constexpr std::array<std::string_view, 8> order{"INVALID", "UNAVAILABLE", "NOT_INUSE", "ONHOLD",
                                                  "RINGING", "INUSE",       "BUSY",      "RINGINUSE"};
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), state) - order.begin());
}

/// Calls `look(name, target)` for each native device and each server that may show it.
template <typename Look>
void each_shown(World& world, FleetModel& fleet, Look&& look) {
  for (const Name& name : world.scenario.names)
    for (std::size_t target = 0; target < fleet.size(); ++target)
      if (is_kept(name) && !name.symmetric && (name.origins.size() > 1 || name.origins.front() != target))
        look(name, target);
}

void check_order_of(World& world, const Name& name, std::size_t target) {
  const auto& cells = world.ledger.cells(static_cast<ServerId>(target));
  const auto cell = cells.find(variable_of(world.scenario, name));
  if (cell == cells.end()) return;
  const auto& history = world.ledger.history(name.text);
  auto at = history.begin();
  for (const std::string& value : cell->second.executed) {
    const auto next = std::find(at, history.end(), value);
    if (next == history.end())
      return world.ledger.fail("order", where(name, target) + ": " + value + " was written after a newer value");
    at = next;
  }
}

std::size_t allowed_for_late_events(const World& world, const Ledger::Cell& cell) {
  return world.scenario.faults.has(Fault::slow_messages) ? 1 + cell.executed.size() / 8 : 0;
}

void check_bound_of(World& world, FleetModel& fleet, const Name& name, std::size_t target) {
  const Ledger& ledger = world.ledger;
  const auto& cells = ledger.cells(static_cast<ServerId>(target));
  const auto found = cells.find(variable_of(world.scenario, name));
  if (found == cells.end()) return;
  std::size_t news = ledger.changes(name.text);
  std::size_t bound = 2 * world.scenario.servers * (ledger.lives() - 1);
  for (ServerId id = 0; id < world.scenario.servers; ++id) {
    const std::size_t again = std::max<std::size_t>(ledger.ups(id), 1) - 1;
    bound += id == target ? again : 2 * again;
    if (id != target && !fleet.connected(id)) ++bound;
    const auto cell = ledger.cells(id).find(found->first);
    if (name.symmetric && cell != ledger.cells(id).end()) news += cell->second.failed;
  }
  bound +=
      name.symmetric ? 2 * news : news + found->second.failed + ledger.changes(shown_name_of(world.scenario, name));
  bound += allowed_for_late_events(world, found->second);
  if (found->second.requested > bound)
    world.ledger.fail("bound", where(name, target) + " was written " + std::to_string(found->second.requested) +
                                   " times, at most " + std::to_string(bound) + " are allowed");
}

void check_needless_of(World& world, const Name& name, std::size_t target) {
  const Ledger& ledger = world.ledger;
  const auto& cells = ledger.cells(static_cast<ServerId>(target));
  const auto found = cells.find(variable_of(world.scenario, name));
  if (found == cells.end()) return;
  const Ledger::Cell& cell = found->second;
  std::size_t most = cell.failed + std::max<std::size_t>(ledger.ups(static_cast<ServerId>(target)), 1) - 1;
  most += ledger.changes(shown_name_of(world.scenario, name));
  most += allowed_for_late_events(world, cell);
  if (cell.needless > most)
    world.ledger.fail("needless", where(name, target) + " was written " + std::to_string(cell.needless) +
                                      " times with what it held, at most " + std::to_string(most) + " are allowed");
}

}  // namespace

void check_agreement(World& world, FleetModel& fleet, std::string_view when, std::optional<std::size_t> but) {
  for (const Name& name : world.scenario.names) {
    if (!is_kept(name)) continue;
    if (name.symmetric) check_symmetric(world, fleet, name, when, but);
    else check_one_way(world, fleet, name, when, but);
  }
}

void check_shared(World& world, FleetModel& fleet, std::string_view when, std::optional<std::size_t> but) {
  for (const Name& name : world.scenario.names)
    if (name.symmetric) check_symmetric(world, fleet, name, when, but);
}

Shown what_is_shown(World& world, FleetModel& fleet) {
  Shown shown;
  each_shown(world, fleet, [&](const Name& name, std::size_t target) {
    const auto& cells = world.ledger.cells(static_cast<ServerId>(target));
    const auto cell = cells.find(variable_of(world.scenario, name));
    shown[{target, name.text}] = {held(world.scenario, fleet.server(target), "Custom:" + name.text),
                                  cell == cells.end() ? 0 : cell->second.requested};
  });
  return shown;
}

void check_early(World& world, FleetModel& fleet, std::size_t late) {
  each_shown(world, fleet, [&](const Name& name, std::size_t target) {
    if (target == late) return;
    const std::string is = held(world.scenario, fleet.server(target), "Custom:" + name.text);
    const std::string least = expected(world.scenario, fleet, name, target);
    if (rank(is) < rank(least))
      world.ledger.fail(
          "early", where(name, target) + " shows " + is + " while a server is late, at least " + least + " is known");
  });
}

void check_steady(World& world, FleetModel& fleet, const Shown& before) {
  for (const auto& [what, now] : what_is_shown(world, fleet)) {
    const auto& [state, writes] = before.at(what);
    if (now.first == state && now.second != writes)
      world.ledger.fail("steady", what.second + " on server " + std::to_string(what.first) + " was written " +
                                      std::to_string(now.second - writes) + " times, and shows " + state +
                                      " as before");
  }
}

void check_order(World& world) {
  for (const Name& name : world.scenario.names)
    for (std::size_t target = 0; target < world.scenario.servers; ++target)
      if (!name.symmetric && name.origins.size() == 1) check_order_of(world, name, target);
}

void check_bound(World& world, FleetModel& fleet) {
  for (const Name& name : world.scenario.names)
    for (std::size_t target = 0; target < world.scenario.servers; ++target) check_bound_of(world, fleet, name, target);
}

void check_needless(World& world) {
  for (const Name& name : world.scenario.names)
    for (std::size_t target = 0; target < world.scenario.servers; ++target)
      if (!name.symmetric) check_needless_of(world, name, target);
}

void check_reading(World& world) {
  const auto seconds = std::chrono::duration_cast<Seconds>(world.agenda.elapsed()).count();
  for (ServerId id = 0; id < world.scenario.servers; ++id) {
    const std::size_t most = 40 + 6 * world.ledger.ups(id) + static_cast<std::size_t>(seconds) / 4;
    if (world.ledger.lists(id) > most)
      world.ledger.fail("reading", "server " + std::to_string(id) + " was read " +
                                       std::to_string(world.ledger.lists(id)) + " times, at most " +
                                       std::to_string(most) + " are allowed");
  }
}

void check_last(World& world, FleetModel& fleet, const Name& name, std::string_view when) {
  const std::string& last = world.ledger.history(name.text).back();
  for (std::size_t id = 0; id < fleet.size(); ++id)
    if (const std::string is = held(world.scenario, fleet.server(id), name.text); fleet.connected(id) && is != last)
      world.ledger.fail("last",
                        std::string(when) + ": " + where(name, id) + " is " + is + ", but " + last + " was set last");
}

void check_leaders(World& world, FleetModel& fleet, Duration lately) {
  for (std::size_t id = 0; id < fleet.size(); ++id) {
    if (!fleet.cable(id, 0).connected() || !fleet.cable(id, 1).connected()) continue;
    const std::size_t leaders = world.ledger.leaders(static_cast<ServerId>(id), world.agenda.now() - lately);
    if (leaders != 1)
      world.ledger.fail("leaders", std::to_string(leaders) + " brokers write to server " + std::to_string(id));
  }
}

void check_own_server(World& world) {
  for (const Name& name : world.scenario.names)
    for (std::size_t target = 0; target < world.scenario.servers; ++target) {
      const bool own = !name.symmetric && name.origins.size() == 1 && name.origins.front() == target;
      if (is_kept(name) && !own) continue;
      if (world.ledger.cells(static_cast<ServerId>(target)).contains(variable_of(world.scenario, name)))
        world.ledger.fail("own_server", where(name, target) + " was written");
    }
}

}  // namespace amibroker::simulation
