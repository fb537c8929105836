// SPDX-License-Identifier: Apache-2.0
//
// Some brokers with the same servers, as far as they see each other.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "plugins/replication/peers.hpp"

namespace amibroker::replication {

inline constexpr Place servers = 3;

/// Brokers with three servers, which publish marks to all that reach them, at once. Broker 0 is the oldest.
class Brokers : public ::testing::Test {
 protected:
  struct Broker {
    std::unique_ptr<Peers> peers;
    std::set<Place> reaches;
    bool stopped = false;
    std::vector<std::pair<Place, Mark>> unread;  ///< while it is stopped
  };

  void start(int number, bool is_ready = true) {
    now_ += std::chrono::seconds(1);
    Broker& broker = brokers_[number];
    broker.peers = std::make_unique<Peers>(Life{static_cast<std::uint64_t>(number) + 1, 0}, servers);
    for (Place place = 0; place < servers; ++place) connect(number, place);
    if (!is_ready) return;
    for (Place place = 0; place < servers; ++place) broker.peers->ready(place);
  }
  void kill(int number) { brokers_.erase(number); }
  void connect(int number, Place place) {
    brokers_.at(number).reaches.insert(place);
    brokers_.at(number).peers->up(place, now_);
    mark(number, place);  // its fence
  }
  void disconnect(int number, Place place) {
    brokers_.at(number).reaches.erase(place);
    brokers_.at(number).peers->down(place, now_);
  }
  void stop(int number) { brokers_.at(number).stopped = true; }
  /// What it did not read meanwhile it reads now.
  void go_on(int number, bool clock_first = true) {
    Broker& broker = brokers_.at(number);
    broker.stopped = false;
    if (clock_first && broker.peers->stood_still(now_)) broker.peers->tick(now_);
    for (const auto& [place, mark] : std::exchange(broker.unread, {})) hear(number, place, mark);
    settle();
  }
  void pass(std::chrono::milliseconds time) {
    for (const TimePoint end = now_ + time; now_ < end;) {
      now_ += Peers::tick_period;
      for (auto& [number, broker] : brokers_)
        if (!broker.stopped && broker.peers->any()) broker.peers->tick(now_);
      settle();
    }
  }
  void mark(int number, Place place) {
    publish(place, brokers_.at(number).peers->next_mark(place, now_));
    settle();
  }
  /// Whatever a broker still has to say is said.
  void settle() {
    for (int rounds = 0; rounds < 20; ++rounds)
      for (auto& [number, broker] : brokers_)
        if (!broker.stopped)
          for (const Place place : broker.peers->marks_due(now_)) publish(place, broker.peers->next_mark(place, now_));
  }
  void publish(Place place, const Mark& mark) {
    if (silent_.contains(place)) return;
    for (auto& [number, broker] : brokers_) {
      if (!broker.reaches.contains(place)) continue;
      if (broker.stopped) broker.unread.emplace_back(place, mark);
      else hear(number, place, mark);
    }
  }
  void hear(int number, Place place, const Mark& mark) {
    Peers& peers = *brokers_.at(number).peers;
    if (mark.life.began_us == static_cast<std::uint64_t>(number) + 1) peers.returned(place, mark.number, now_);
    else peers.heard(place, mark, now_);
  }
  [[nodiscard]] bool leads(int number, Place place = 0) const { return brokers_.at(number).peers->leads(place); }
  [[nodiscard]] Peers& peers(int number) { return *brokers_.at(number).peers; }
  void freeze(Place place) { silent_.insert(place); }
  void thaw(Place place) { silent_.erase(place); }

  TimePoint now_{std::chrono::hours(1)};

 private:
  std::map<int, Broker> brokers_;
  std::set<Place> silent_;  ///< servers that publish nothing
};

}  // namespace amibroker::replication
