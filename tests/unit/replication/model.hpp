// SPDX-License-Identifier: Apache-2.0
//
// A fleet of model servers with one presence, in virtual time, from one seed.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "plugins/replication/replicator.hpp"
#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {

/// What happens in a run.
struct Scenario {
  std::size_t servers = 3;
  int changes = 12;            ///< made on random servers
  ValueId values = 0;          ///< changes choose among this many values; 0: each change has its own
  std::int64_t spread_us = 0;  ///< the changes happen within this time
  double slow = 0;             ///< chance that a message takes up to 100 times as long
  double lost_echo = 0;        ///< chance that the event of a write is lost
  double lost_reply = 0;       ///< chance that a write runs and its reply is lost
  double lost_command = 0;     ///< chance that a write is lost on its way
  double crossed = 0;          ///< chance that Asterisk publishes a change later than it stores it, behind our write
  int outages = 0;             ///< times that a server's connection for actions breaks and comes back
};

/// Servers that hold one value each, as Asterisk holds a presence: every write and every local change sets it and
/// publishes an event. Commands, events and replies of a server travel on channels of their own: in order on each, with
/// random delays, and independent of one another.
class Model final : public Writer {
 public:
  Model(std::uint64_t seed, const Scenario& scenario) : random_(seed), scenario_(scenario), servers_(scenario.servers) {
    replicator_.add_key(Sharing::symmetric);
    replicator_.open(time());
    for (ServerId server = 0; server < scenario.servers; ++server) come_up(server);
  }

  /// Runs until nothing is under way any more.
  void run() {
    for (int change = 1; change <= scenario_.changes; ++change) {
      const auto server = static_cast<ServerId>(below(scenario_.servers));
      const auto value =
          scenario_.values == 0 ? static_cast<ValueId>(change) : static_cast<ValueId>(1 + below(scenario_.values));
      at(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(scenario_.spread_us) + 1)),
         [=, this] { change_there(server, value); });
    }
    for (int outage = 0; outage < scenario_.outages; ++outage) {
      const auto server = static_cast<ServerId>(below(scenario_.servers));
      at(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(scenario_.spread_us) + 1)),
         [=, this] { break_link(server); });
    }
    while (!agenda_.empty() || replicator_.next_due()) step();
  }

  [[nodiscard]] bool agrees() const {
    for (const Server& server : servers_)
      if (server.value != servers_.front().value) return false;
    return true;
  }
  [[nodiscard]] ValueId value() const { return servers_.front().value; }

  /// The last change that a user made, by order of arrival at the broker. What a server that is down says does not
  /// count, and it is not read here when it comes up.
  [[nodiscard]] ValueId last_change() const { return last_change_; }
  [[nodiscard]] int writes() const { return writes_; }

  void write(ServerId target, KeyId, ValueId value) noexcept override {
    ++writes_;
    const std::uint64_t token = ++last_token_;
    servers_[target].token = token;
    if (!servers_[target].up) return after(0, [=, this] { finish(target, token, Outcome::not_sent); });
    after(timeout_us, [=, this] { finish(target, token, Outcome::unknown); });
    if (!happens(scenario_.lost_command))
      after_in_order(servers_[target].commands,
                     [=, this, on = link(target)] { run_command(target, token, value, on); });
  }

 private:
  static constexpr std::int64_t timeout_us = 50'000;

  struct Server {
    ValueId value = no_value;
    std::uint64_t token = 0;  ///< the write that the broker waits for; 0: none
    std::uint64_t link = 0;   ///< connections so far
    bool up = true;
    std::int64_t commands = 0;  ///< when the last message on this channel arrives
    std::int64_t events = 0;
    std::int64_t published = 0;  ///< when the last local change is published
    std::int64_t replies = 0;
  };
  struct Entry {
    std::int64_t time;
    std::uint64_t order;
    std::function<void()> task;
    friend bool operator>(const Entry& a, const Entry& b) {
      return std::pair(a.time, a.order) > std::pair(b.time, b.order);
    }
  };

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  [[nodiscard]] std::int64_t offset(std::uint64_t bound) { return static_cast<std::int64_t>(below(bound)); }
  [[nodiscard]] bool happens(double chance) { return static_cast<double>(below(1'000'000)) < chance * 1e6; }
  [[nodiscard]] TimePoint time() const { return time_of(now_); }
  [[nodiscard]] static TimePoint time_of(std::int64_t us) { return TimePoint(std::chrono::microseconds(us)); }
  [[nodiscard]] std::uint64_t link(ServerId server) const { return servers_[server].link; }

  void at(std::int64_t when, std::function<void()> task) { agenda_.push({when, ++order_, std::move(task)}); }
  void after(std::int64_t delay, std::function<void()> task) { at(now_ + delay, std::move(task)); }
  void after_in_order(std::int64_t& channel, std::function<void()> task) {
    const std::int64_t delay = 1 + static_cast<std::int64_t>(below(happens(scenario_.slow) ? 50'000 : 500));
    channel = std::max(channel + 1, now_ + delay);
    at(channel, std::move(task));
  }

  void step() {
    const auto due = replicator_.next_due();
    if (due && (agenda_.empty() || *due <= time_of(agenda_.top().time))) {
      const auto due_us = std::chrono::ceil<std::chrono::microseconds>(due->time_since_epoch()).count();
      now_ = std::max<std::int64_t>(now_, due_us);
      return replicator_.tick(time());
    }
    const Entry entry = agenda_.top();
    agenda_.pop();
    now_ = std::max(now_, entry.time);
    entry.task();
  }

  void change_there(ServerId server, ValueId value) {
    Server& there = servers_[server];
    there.value = value;
    // Changes of one dialplan follow one another; only a write of ours, on another thread of Asterisk, comes between.
    there.published = std::max(there.published + 1, now_ + (happens(scenario_.crossed) ? offset(2000) : 0));
    const auto publish = [=, this] {
      after_in_order(servers_[server].events, [=, this] {
        if (replicator_.changed_on(server, 0, value, time()) != News::unread) last_change_ = value;
      });
    };
    if (there.published <= now_) publish();
    else at(there.published, publish);
  }

  void run_command(ServerId target, std::uint64_t token, ValueId value, std::uint64_t sent_on) {
    Server& server = servers_[target];
    if (sent_on != server.link) return;  // its connection broke before it arrived
    server.value = value;
    if (!happens(scenario_.lost_echo))
      after_in_order(server.events, [=, this] { replicator_.changed_on(target, 0, value, time()); });
    if (!happens(scenario_.lost_reply))
      after_in_order(server.replies, [=, this] { finish(target, token, Outcome::success); });
  }

  void come_up(ServerId server) {
    replicator_.server_up(server, time());
    replicator_.unreadable(server, time());
  }

  void finish(ServerId target, std::uint64_t token, Outcome outcome) {
    if (servers_[target].token != token) return;  // answered, or given up, before
    servers_[target].token = 0;
    replicator_.completed(target, 0, outcome, time());
  }

  void break_link(ServerId target) {
    Server& server = servers_[target];
    if (!server.up) return;
    server.up = false;
    ++server.link;
    if (server.token != 0) finish(target, server.token, Outcome::unknown);
    replicator_.server_down(target);
    after(1000, [=, this] {
      servers_[target].up = true;
      come_up(target);
    });
  }

  std::mt19937_64 random_;
  Scenario scenario_;
  std::vector<Server> servers_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> agenda_;
  std::int64_t now_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t last_token_ = 0;
  ValueId last_change_ = no_value;
  int writes_ = 0;
  Neighbours neighbours_{servers_of_one_zone(scenario_.servers)};
  NewestWins newest_{neighbours_};
  Replicator replicator_{neighbours_, newest_, Fleet::neutral, scenario_.servers, *this};
};

}  // namespace amibroker::replication
