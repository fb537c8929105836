// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/site_faults.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::simulation {

Duration SiteFaults::duration() const {
  Duration longest{0};
  for (std::size_t id = 0; id < cluster_.size(); ++id) longest = std::max(longest, cluster_.site(id).plan.duration());
  return longest;
}

void SiteFaults::begin() {
  set_ways();
  set_clocks();
  some(Fault::cut_sites, 4, &SiteFaults::cut_two);
  some(Fault::lone_sites, 2, &SiteFaults::cut_off_one);
  some(Fault::no_engine, 2, &SiteFaults::take_engine);
  some(Fault::dead_sites, 2, &SiteFaults::kill_site);
  some(Fault::still_brokers, 3, &SiteFaults::stop_broker);
  some(Fault::wrong_clocks, 3, &SiteFaults::move_clock);
  some(Fault::far_clocks, 3, &SiteFaults::set_clock_far_off);
  some(Fault::full_queues, 5, &SiteFaults::overflow);
}

void SiteFaults::end() {
  for (std::size_t from = 0; from < cluster_.machines(); ++from)
    for (std::size_t to = 0; to < cluster_.machines(); ++to) cluster_.hub().way(from, to) = cluster_.hub().usual;
  cluster_.hub().set_engine(true);
  for (std::size_t machine = 0; machine < cluster_.machines(); ++machine) {
    if (testing::FakeBus* const member = cluster_.member(machine)) member->set_connected(true);
    constexpr Milliseconds near{20'000};
    if (const Milliseconds off = cluster_.clock(machine); off > near || off < -near)
      cluster_.set_clock(machine, random_.between(0, 1) == 0 ? Milliseconds(0) : off > near ? near : -near);
  }
}

/// Some outages are shorter than `lost_after`, some longer.
Duration SiteFaults::outage() {
  ++separations_;
  const Duration most = random_.happens(0.5) ? Seconds(4) : 2 * cluster_.scenario().lost_after;
  return random_.between(Milliseconds(50), most);
}

std::size_t SiteFaults::some_machine() {
  const std::size_t site = some_site();
  return Cluster::machine(site, random_.below(cluster_.site(site).fleet.brokers()));
}

void SiteFaults::some(Fault fault, int most, void (SiteFaults::*task)()) {
  if (!has(fault)) return;
  for (int i = random_.between(1, most); i > 0; --i) later(moment(), [this, task] { (this->*task)(); });
}

void SiteFaults::set_ways() {
  testing::FakeWay& usual = cluster_.hub().usual;
  usual.least = Duration(100);
  usual.most = random_.between(Duration(300), Milliseconds(20));
  for (std::size_t from = 0; from < cluster_.machines(); ++from)
    for (std::size_t to = 0; to < cluster_.machines(); ++to) {
      testing::FakeWay& way = cluster_.hub().way(from, to);
      if (has(Fault::late_bus)) way.late = 0.01 * random_.between(0, 20);
      way.latest = Milliseconds(random_.between(50, 3000));
      if (has(Fault::lossy_bus)) way.lost = 0.01 * random_.between(0, 20);
      if (has(Fault::doubled_bus)) way.twice = 0.01 * random_.between(0, 20);
    }
}

void SiteFaults::set_clocks() {
  const int most = has(Fault::wrong_clocks) ? 20'000 : 20;
  for (std::size_t machine = 0; machine < cluster_.machines(); ++machine)
    cluster_.set_clock(machine, Milliseconds(random_.between(-most, most)));
}

void SiteFaults::cut_two() {
  const std::size_t one = some_site();
  const std::size_t other = (one + 1 + random_.below(cluster_.size() - 1)) % cluster_.size();
  const bool one_way = random_.happens(0.4);
  cluster_.set_cut(one, other, true);
  if (!one_way) cluster_.set_cut(other, one, true);
  later(outage(), [this, one, other] {
    cluster_.set_cut(one, other, false);
    cluster_.set_cut(other, one, false);
  });
}

void SiteFaults::cut_off_one() {
  const std::size_t lone = some_site();
  const int direction = random_.between(0, 3);  // 1: it is not heard; 2: it hears nobody; otherwise both
  const auto set = [this, lone, direction](bool cut) {
    for (std::size_t other = 0; other < cluster_.size(); ++other) {
      if (other == lone) continue;
      if (direction != 2) cluster_.set_cut(lone, other, cut);
      if (direction != 1) cluster_.set_cut(other, lone, cut);
    }
  };
  set(true);
  later(outage(), [set] { set(false); });
}

void SiteFaults::take_engine() {
  if (random_.happens(0.5)) {
    cluster_.trace().line("the engine is away");
    cluster_.hub().set_engine(false);
    later(outage(), [this] {
      cluster_.trace().line("the engine is there");
      cluster_.hub().set_engine(true);
    });
    return;
  }
  testing::FakeBus* const member = cluster_.member(some_machine());
  if (member == nullptr) return;
  cluster_.trace().line("machine ", member->machine(), " loses its connection to the engine");
  member->set_connected(false);
  later(outage(), [member] { member->set_connected(true); });
}

void SiteFaults::kill_site() {
  const std::size_t site = some_site();
  cluster_.kill_brokers(site);
  later(outage(), [this, site] { cluster_.site(site).fleet.start_brokers(); });
}

void SiteFaults::stop_broker() {
  const std::size_t site = some_site();
  const std::size_t broker = random_.below(cluster_.site(site).fleet.brokers());
  cluster_.site(site).fleet.stop_broker(broker);
  later(outage(), [this, site, broker] { cluster_.site(site).fleet.continue_broker(broker); });
}

void SiteFaults::move_clock() { cluster_.set_clock(some_machine(), Milliseconds(random_.between(-20'000, 20'000))); }

/// It is set right sooner or later: while the sites run, or at the end.
void SiteFaults::set_clock_far_off() {
  const std::size_t machine = some_machine();
  const Milliseconds off = Seconds(random_.between(1, 10)) * (random_.happens(0.7) ? 60 : -60);
  cluster_.set_clock(machine, off);
  if (random_.happens(0.5)) later(moment(), [this, machine] { cluster_.set_clock(machine, Milliseconds(0)); });
}

void SiteFaults::overflow() {
  testing::FakeBus* const member = cluster_.member(some_machine());
  if (member == nullptr) return;
  cluster_.trace().line("machine ", member->machine(), ": what is under way to it is thrown away");
  member->overflow();
}

}  // namespace amibroker::simulation
