// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/run.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/simulation/checks.hpp"
#include "tests/simulation/fault_plan.hpp"
#include "tests/simulation/fleet_model.hpp"
#include "tests/simulation/world.hpp"

namespace amibroker::simulation {
namespace {

/// What a settled fleet may need besides one resync_interval: a boot, the longest wait for the next attempt of a
/// connection, a write and a snapshot, and what is under way.
constexpr Seconds margin{90};
/// A live change on a quiet fleet is on all servers within this time.
constexpr Milliseconds live_delay{500};

class Run {
 public:
  Run(const Scenario& scenario, bool traced)
      : clockwork_(scenario.seed, traced), world_(scenario, clockwork_), fleet_(world_), plan_(world_, fleet_) {}

  std::optional<Failure> go() {
    plan_.begin();
    pass(plan_.duration());
    plan_.end();
    drain();
    // A late mark of a broker that was killed may make an orphan wait for one more reading of its server.
    const int intervals = world_.scenario.faults.has(Fault::fleet_changes) ? 2 : 1;
    pass(intervals * world_.scenario.resync_interval + world_.scenario.lost_after + margin);
    check_agreement(world_, fleet_, "after the faults");
    if (is_alone()) {
      check_order(world_);
      check_bound(world_, fleet_);
      check_needless(world_);
      check_reading(world_);
    }
    check_all_connected();
    const std::size_t lists = world_.ledger.lists();
    stay_quiet("quiet", world_.scenario.resync_interval + Seconds(10));
    check_snapshots(world_.ledger.lists() - lists);
    if (!world_.scenario.others_write()) change_live();
    const bool devices = world_.scenario.subject == Subject::device_state;
    const bool flooded = world_.scenario.faults.has(Fault::floods);
    if (devices && flooded && is_alone()) check_names();
    if (world_.scenario.faults.has(Fault::second_broker)) fail_over();
    if (world_.scenario.faults.has(Fault::replicator)) change_beside_replicator();
    if (world_.scenario.faults.has(Fault::slow_targets) && is_alone()) change_beside_slow_server();
    if (world_.scenario.faults.has(Fault::freezes) && !world_.scenario.others_write()) change_beside_frozen_server();
    if (devices && is_alone() && !flooded && world_.scenario.seed % 16 == 0) change_during_dump();
    if (world_.scenario.faults.has(Fault::broker_restarts)) {
      if (fleet_.brokers() == 1) restart_quietly();
      if (is_alone()) restart_beside_late_server();
    }
    check_own_server(world_);
    return world_.ledger.failure();
  }

 private:
  /// Whether nobody but one broker and the phones changes anything.
  [[nodiscard]] bool is_alone() const { return fleet_.brokers() == 1 && !world_.scenario.others_write(); }

  void pass(Duration time) { world_.agenda.run_until(world_.agenda.now() + time); }

  /// A slow server works off what it was sent.
  void drain() {
    Time end = world_.agenda.now();
    for (std::size_t id = 0; id < fleet_.size(); ++id) end = std::max(end, fleet_.busy_until(id));
    world_.agenda.run_until(end);
  }

  /// Nothing happens in this time, so nothing may be written.
  void stay_quiet(std::string_view check, Duration time) {
    const std::size_t before = world_.ledger.writes();
    pass(time);
    const std::size_t writes = world_.ledger.writes() - before;
    if (writes != 0) world_.ledger.fail(check, std::to_string(writes) + " writes although nothing had changed");
  }

  /// Changes on a quiet fleet: there at once, and with no write too many.
  void change_live() {
    world_.trace.line("changes on the quiet fleet");
    for (const Name& name : world_.scenario.names) {
      const std::size_t id = world_.plan.one_of(name.origins);
      if (!fleet_.connected(id)) continue;
      const std::size_t before = world_.ledger.writes();
      fleet_.change(id, name);
      pass(live_delay);
      check_agreement(world_, fleet_, "after a single change");
      const std::size_t writes = world_.ledger.writes() - before;
      // If the echo of an earlier write was lost, the server that was changed is written back to, to be sure.
      const std::size_t most = name.symmetric ? fleet_.size() : fleet_.size() - 1;
      if (writes > most) world_.ledger.fail("live", std::to_string(writes) + " writes for one change of " + name.text);
    }
  }

  /// `failover`: one of two brokers is killed, or stands still, and what changes then is shown within 3 s. Afterwards
  /// one leads on each server.
  void fail_over() {
    constexpr Milliseconds most{3000};
    for (std::size_t broker = 0; broker < 2; ++broker) {
      const bool killed = world_.plan.happens(0.5);
      if (killed) fleet_.kill_broker(broker);
      else fleet_.stop_broker(broker);
      pass(world_.plan.between(Milliseconds(0), Milliseconds(1500)));
      const bool at_once = killed && world_.plan.happens(0.3);
      if (at_once) fleet_.start_broker(broker);  // as systemd does
      std::vector<const Name*> changed;
      for (const Name& name : world_.scenario.names) {
        const std::size_t id = world_.plan.one_of(name.origins);
        if (!fleet_.connected(id)) continue;
        const std::size_t changes = world_.ledger.changes(name.text);
        fleet_.change(id, name);
        // A broker that starts takes what it reads first for right (docs/replication.md, Limits).
        if (name.symmetric && !at_once && world_.ledger.changes(name.text) != changes) changed.push_back(&name);
      }
      // If it is started again at once, the other one may read a server late that gives reasons to read it all the
      // time.
      pass(at_once ? Duration(world_.scenario.resync_interval + margin) : Duration(most));
      check_agreement(world_, fleet_, "after one of two brokers was stopped");
      for (const Name* name : changed) check_last(world_, fleet_, *name, "after one of two brokers was stopped");
      pass(world_.plan.between(Seconds(0), Seconds(20)));
      fleet_.start_broker(broker);
      fleet_.continue_broker(broker);
      pass(margin);
      check_agreement(world_, fleet_, "after a broker came back");
      for (const Name* name : changed) check_last(world_, fleet_, *name, "after a broker came back");
      check_leaders(world_, fleet_, Seconds(2));
      stay_quiet("quiet", Seconds(10));
    }
  }

  /// `damper`: two servers that copy shared names to each other do not make us write without end.
  void change_beside_replicator() {
    constexpr std::size_t most = 12;  // of one name on one server in half a minute
    fleet_.replicate(world_.plan.between(Milliseconds(1), Milliseconds(50)));
    std::size_t names = 0;
    for (const Name& name : world_.scenario.names) {
      if (!name.symmetric) continue;
      ++names;
      fleet_.change(0, name);
      fleet_.change(1, name);
    }
    pass(Seconds(30));
    const std::size_t before = world_.ledger.writes();
    pass(Seconds(30));
    const std::size_t writes = world_.ledger.writes() - before;
    if (writes > most * names * fleet_.size() * fleet_.brokers())
      world_.ledger.fail("damper",
                         std::to_string(writes) + " writes in half a minute for " + std::to_string(names) + " names");
    fleet_.replicate(Duration(0));
    pass(margin);
    check_agreement(world_, fleet_, "after servers ceased to copy names to each other");
    stay_quiet("quiet", Seconds(10));
  }

  /// Of devices that somebody made up nothing is left (`names`), one server that makes up more than all may have keeps
  /// no phone of another one off the lamps (`new_phone`), and once it stops these go as well. A server that stays away
  /// may hold some of the names, so they are kept.
  void check_names() {
    const std::size_t most = 2 * world_.scenario.names.size() + fleet_.size();
    const auto check = [&](const char* when) {
      if (const std::size_t known = fleet_.known_names(); known > most)
        world_.ledger.fail("names", std::string(when) + ": " + std::to_string(known) + " names are known, at most " +
                                        std::to_string(most));
    };
    if (!world_.scenario.faults.has(Fault::stays_down)) check("after the faults");
    if (world_.scenario.seed % 4 != 0) return;  // a flood of hundreds takes as long as the rest of some runs
    const std::size_t flooder = fleet_.size() - 1;
    if (!fleet_.connected(0) || !fleet_.connected(flooder)) return;
    const auto say_all = [&](sim::DeviceState state) {
      for (std::size_t i = 0; i < VirtualHost::most_devices_in_a_flood + 100; ++i)
        fleet_.server(flooder).change("DAHDI/i2/" + std::to_string(i), state);
    };
    say_all(sim::DeviceState::inuse);
    pass(margin);
    fleet_.server(0).change("PJSIP/new", sim::DeviceState::inuse);
    pass(live_delay);
    for (std::size_t id = 1; id < fleet_.size(); ++id)
      if (fleet_.connected(id) &&
          fleet_.server(id).asterisk.device(shown_name(world_.scenario, "PJSIP/new")) != sim::DeviceState::inuse)
        world_.ledger.fail("new_phone", "a new phone does not show on server " + std::to_string(id));
    say_all(sim::DeviceState::invalid);
    pass(world_.scenario.resync_interval + margin);
    if (!world_.scenario.faults.has(Fault::stays_down)) check("after the last flood");
  }

  /// A server that answers late costs the others nothing, and is written each change once.
  void change_beside_slow_server() {
    const std::size_t slow = world_.plan.below(fleet_.size());
    set_quality(slow, &Quality::service, Seconds(2));
    world_.trace.line("server ", slow, " is slow");
    const std::size_t before = one_way_writes(slow);
    std::size_t changes = 0;
    for (int i = 0; i < 10; ++i) {
      const Name& name = world_.plan.one_of(world_.scenario.names);
      if (name.symmetric && name.origins.front() == slow) continue;
      if (fleet_.connected(name.origins.front())) fleet_.change(name.origins.front(), name);
      if (!name.symmetric) ++changes;
      pass(live_delay);
      check_agreement(world_, fleet_, "beside a slow server", slow);
    }
    set_quality(slow, &Quality::service, Duration(0));
    drain();
    pass(margin);
    check_agreement(world_, fleet_, "after a server was slow");
    const std::size_t writes = one_way_writes(slow) - before;
    if (writes > changes)
      world_.ledger.fail(
          "late", std::to_string(writes) + " writes to a slow server for " + std::to_string(changes) + " changes");
  }

  void set_quality(std::size_t id, Duration Quality::*what, Duration value) {
    fleet_.change_cables(id, [&](Cable& cable) { cable.quality.*what = value; });
  }

  [[nodiscard]] std::size_t one_way_writes(std::size_t target) const {
    std::size_t sum = 0;
    for (const auto& [variable, cell] : world_.ledger.cells(static_cast<ServerId>(target)))
      if (is_one_way(variable)) sum += cell.requested;
    return sum;
  }
  [[nodiscard]] bool is_one_way(std::string_view variable) const {
    return std::none_of(world_.scenario.names.begin(), world_.scenario.names.end(), [&](const Name& name) {
      return name.symmetric && variable.find("(" + name.text + ")") != std::string_view::npos;
    });
  }

  /// What a frozen server was sent before runs late, and must not win for longer than a moment.
  void change_beside_frozen_server() {
    constexpr Milliseconds length{8000};
    constexpr Milliseconds notice{5000};
    const std::size_t frozen = world_.plan.below(fleet_.size());
    if (!fleet_.connected(frozen)) return;
    // From the end of the freeze. Without fences a list counts only after all attempts to get one; what another broker
    // sent to the frozen server may be taken for news until the next snapshot.
    const Seconds next_snapshot = world_.scenario.resync_interval + margin;
    const Seconds most_late = fleet_.brokers() > 1                 ? next_snapshot
                              : fleet_.server(frozen).hides_fences ? Seconds(12)
                                                                   : Seconds(2);
    set_quality(frozen, &Quality::longest_connect, Milliseconds(500));
    fleet_.freeze(frozen, length, notice);
    for (Duration time{0}; time < length; time += Milliseconds(100)) {
      const Name& name = world_.plan.one_of(world_.scenario.names);
      const std::size_t id = world_.plan.one_of(name.origins);
      // Shared names that servers change all the time would be held.
      const bool often = name.symmetric && time % Milliseconds(600) != Duration(0);
      if (fleet_.connected(id) && !often) fleet_.change(id, name);
      pass(Milliseconds(100));
    }
    pass(most_late);
    if (!fleet_.connected(frozen)) world_.ledger.fail("simulation", "a server that goes on is not connected in time");
    check_agreement(world_, fleet_, "a moment after a frozen server went on");
    pass(margin);
  }

  /// `pace`: a change that happens while a server that came back is written hundreds of states goes before them.
  void change_during_dump() {
    constexpr ServerId origin = 0;
    constexpr ServerId target = 1;
    constexpr int devices = 400;
    constexpr std::size_t most_before = 72;  // a window, and what is answered while the event is on its way
    if (!fleet_.connected(origin) || !fleet_.connected(target)) return;
    world_.trace.line("changes during a dump");
    fleet_.cut(target, Milliseconds(1));
    for (int i = 0; i < devices; ++i)
      fleet_.server(origin).change("PJSIP/dump" + std::to_string(i), sim::DeviceState::inuse);
    set_quality(target, &Quality::service, Milliseconds(20));
    fleet_.mend(target);
    const std::size_t begin = requested(target);
    for (int i = 0; i < 3000 && requested(target) < begin + devices / 4; ++i) pass(Milliseconds(10));
    const std::size_t before = requested(target);
    fleet_.server(origin).change("PJSIP/live", sim::DeviceState::ringing);
    const std::string live = "DEVICE_STATE(" + shown_name(world_.scenario, "PJSIP/live") + ")";
    for (int i = 0; i < 3000 && !was_requested(target, live); ++i) pass(Milliseconds(1));
    const std::size_t others = requested(target) - before;
    if (others > most_before)
      world_.ledger.fail("pace", std::to_string(others) + " other writes went before a live change");
    set_quality(target, &Quality::service, Duration(0));
    drain();
    pass(margin);
  }

  [[nodiscard]] std::size_t requested(ServerId target) const {
    std::size_t sum = 0;
    for (const auto& [variable, cell] : world_.ledger.cells(target)) sum += cell.requested;
    return sum;
  }
  [[nodiscard]] bool was_requested(ServerId target, std::string_view variable) const {
    const auto& cells = world_.ledger.cells(target);
    return cells.find(variable) != cells.end();
  }

  /// A run in which a server never came up would show nothing.
  void check_all_connected() {
    for (std::size_t id = 0; id < fleet_.size(); ++id)
      if (!fleet_.connected(id) && !plan_.is_lost(id))
        world_.ledger.fail("simulation", "server " + std::to_string(id) + " is not connected");
  }

  /// While all is quiet, a server is asked once in a resync_interval, and once more if two fall into it.
  void check_snapshots(std::size_t lists) {
    if (lists > 2 * fleet_.size() * fleet_.brokers())
      world_.ledger.fail("snapshots", std::to_string(lists) + " snapshots in a quiet resync_interval");
  }

  /// A new broker finds everything in order, and writes nothing.
  void restart_quietly() {
    fleet_.kill_broker();
    pass(Milliseconds(10));
    // Servers that are there answer a new broker at once; it waits a moment for them before it writes.
    for (std::size_t id = 0; id < fleet_.size(); ++id) set_quality(id, &Quality::longest_connect, Milliseconds(500));
    fleet_.start_broker();
    stay_quiet("restart", world_.scenario.lost_after + margin);
    check_agreement(world_, fleet_, "after a restart of the broker");
  }

  /// `start`: a new broker that waits for a server shows what that server cannot change, and nothing else.
  void restart_beside_late_server() {
    const Scenario& scenario = world_.scenario;
    const bool devices = scenario.subject == Subject::device_state;
    if (devices && (!scenario.aggregate || scenario.custom)) return;
    const std::size_t late = world_.plan.below(fleet_.size());
    for (std::size_t id = 0; id < fleet_.size(); ++id)
      if (fleet_.server(id).hides_fences || !fleet_.connected(id)) return;
    fleet_.kill_broker();
    const Shown before = what_is_shown(world_, fleet_);
    for (const Name& name : scenario.names)
      if (world_.plan.happens(0.5)) fleet_.change(world_.plan.one_of(name.origins), name);
    fleet_.cut(late, Milliseconds(1));
    pass(Milliseconds(10));
    fleet_.start_broker();
    pass(Milliseconds(1800));
    if (devices) check_early(world_, fleet_, late);
    else check_shared(world_, fleet_, "before a late server came", late);
    fleet_.mend(late);
    pass(margin);
    check_agreement(world_, fleet_, "after a late server came");
    if (devices) check_steady(world_, fleet_, before);
  }

  Clockwork clockwork_;
  World world_;
  FleetModel fleet_;
  FaultPlan plan_;
};

}  // namespace

std::optional<Failure> run_seed(std::uint64_t seed, Subject subject, FaultSet allowed, bool traced) {
  const Scenario scenario = make_scenario(seed, subject, allowed);
  if (traced) std::printf("%s\n", describe(scenario).c_str());
  return Run(scenario, traced).go();
}

}  // namespace amibroker::simulation
