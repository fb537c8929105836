// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/scenario.hpp"

#include <utility>

namespace amibroker::simulation {
namespace {

/// About two of five of the faults, so that each meets each other one, and some runs have few.
FaultSet choose_faults(Random& random, FaultSet allowed) {
  FaultSet chosen;
  const double chance = 0.1 * random.between(1, 7);
  for (std::size_t i = 0; i < local_fault_count; ++i) {
    const auto fault = static_cast<Fault>(i);
    // What makes a run long is rare, so that many can be run.
    const bool rare = fault == Fault::second_broker || fault == Fault::rival_broker || fault == Fault::replicator;
    if (random.happens(rare ? chance / 6 : chance) && allowed.has(fault)) chosen.add(fault);
  }
  return chosen;
}

std::vector<std::size_t> some_servers(Random& random, const Scenario& scenario, bool several) {
  std::vector<std::size_t> servers{random.below(scenario.servers)};
  if (!several) return servers;
  for (std::size_t server = 0; server < scenario.servers; ++server)
    if (server != servers.front() && random.happens(0.5)) servers.push_back(server);
  return servers;
}

void add_devices(Random& random, Scenario& scenario) {
  const bool shared = scenario.faults.has(Fault::shared_devices) && scenario.aggregate;
  const int devices = random.between(1, 8);
  for (int i = 0; i < devices; ++i) {
    const bool several = shared && random.happens(0.5);
    scenario.names.push_back({"PJSIP/" + std::to_string(100 + i), false, some_servers(random, scenario, several)});
  }
  if (random.happens(0.3)) scenario.names.push_back({"Queue:sales", false, some_servers(random, scenario, false)});
  if (random.happens(0.3)) scenario.names.push_back({"Local/100@default", false, some_servers(random, scenario, true)});
  if (!scenario.custom) return;
  scenario.names.push_back({"Custom:night", true, some_servers(random, scenario, true)});
  if (random.happens(0.5)) scenario.names.push_back({"Custom:dnd7", true, some_servers(random, scenario, true)});
}

void add_presentities(Random& random, Scenario& scenario) {
  const int presentities = random.between(1, 4);
  for (int i = 0; i < presentities; ++i) {
    const bool several = scenario.faults.has(Fault::conflicts) || random.happens(0.3);
    scenario.names.push_back(
        {"CustomPresence:" + std::to_string(100 + i), true, some_servers(random, scenario, several)});
  }
  if (random.happens(0.4)) scenario.names.push_back({"SIP:foo", false, some_servers(random, scenario, false)});
}

}  // namespace

Scenario make_scenario(std::uint64_t seed, Subject subject, FaultSet allowed) {
  Random random(seed * 2 + static_cast<std::uint64_t>(subject));
  Scenario scenario;
  scenario.seed = seed;
  scenario.subject = subject;
  scenario.servers = 2 + random.below(5);
  scenario.faults = choose_faults(random, allowed);
  if (scenario.faults.has(Fault::second_broker)) scenario.faults.remove(Fault::rival_broker);
  // What was left by an earlier life, or from before a server was taken out, may be the rival's, so it stays
  // (docs/replication.md, Orphans).
  if (scenario.faults.has(Fault::rival_broker)) {
    scenario.faults.remove(Fault::broker_restarts);
    scenario.faults.remove(Fault::fleet_changes);
  }
  // Whoever cannot see marks cannot stand by (docs/replication.md, Limits).
  if (scenario.brokers() > 1) scenario.faults.remove(Fault::hidden_fences);
  const bool devices = subject == Subject::device_state;
  scenario.aggregate = !devices || random.happens(0.85);
  scenario.custom = devices && scenario.faults.has(Fault::custom);
  scenario.changes = random.between(5, 80);
  scenario.active = Seconds(random.happens(0.3) ? random.between(1, 5) : random.between(5, 120));
  scenario.resync_interval = Seconds(random.between(30, 300));
  scenario.lost_after = Seconds(random.between(5, 60));
  scenario.request_timeout = Milliseconds(random.between(1000, 10000));
  scenario.lost_before_event = random.happens(0.5);
  for (std::size_t server = 0; server < scenario.servers; ++server) {
    scenario.numbered.push_back(!(scenario.faults.has(Fault::silent_loss) && random.happens(0.5)));
    scenario.late.push_back(scenario.faults.has(Fault::down_at_start) && random.happens(0.4));
  }
  if (devices) add_devices(random, scenario);
  else add_presentities(random, scenario);
  return scenario;
}

std::string shown_name(const Scenario& scenario, std::string_view native) {
  std::string name(scenario.subject == Subject::device_state ? "Custom:" : "CustomPresence:");
  name.append(native);
  if (scenario.custom) name[name.find_first_of("/:", name.find(':') + 1)] = '-';
  return name;
}

std::string describe(const Scenario& scenario) {
  std::string text = scenario.subject == Subject::device_state ? "device_state" : "presence_state";
  text.append(": ").append(std::to_string(scenario.servers)).append(" servers, ");
  text.append(std::to_string(scenario.changes)).append(" changes in ");
  text.append(std::to_string(scenario.active.count())).append(" s, resync_interval ");
  text.append(std::to_string(scenario.resync_interval.count())).append(" s, lost_after ");
  text.append(std::to_string(scenario.lost_after.count())).append(" s, aggregate ");
  text.append(scenario.aggregate ? "yes" : "no").append(", custom ").append(scenario.custom ? "yes" : "no");
  text.append(", faults ").append(scenario.faults.text()).append("; names");
  for (const Name& name : scenario.names) {
    text.append(" ").append(name.text).append(" on");
    for (const std::size_t server : name.origins) text.append(" ").append(std::to_string(server));
    text.append(",");
  }
  text.pop_back();
  return text;
}

}  // namespace amibroker::simulation
