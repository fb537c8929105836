// SPDX-License-Identifier: Apache-2.0
//
// A replicator with servers that are up, and what it writes.
#pragma once

#include <chrono>
#include <cstddef>
#include <ostream>
#include <utility>
#include <vector>

#include "plugins/replication/replicator.hpp"

namespace amibroker::replication {

struct Write {
  ServerId target;
  KeyId key;
  ValueId value;
  friend bool operator==(const Write&, const Write&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Write& write) {
    return out << "server " << write.target << " key " << write.key << " = " << write.value;
  }
};

/// Servers without a name, all of one zone.
inline std::vector<ServerInfo> servers_of_one_zone(std::size_t count) {
  std::vector<ServerInfo> servers;
  for (std::size_t i = 0; i < count; ++i) servers.push_back({static_cast<ServerId>(i), {}, {}});
  return servers;
}

class Fleet final : public Writer {
 public:
  /// What is written where nobody contributes any more.
  static constexpr ValueId neutral = 99;

  explicit Fleet(std::size_t servers, const Limits& limits = {}) : Fleet(servers_of_one_zone(servers), limits) {}

  /// All are up, and nothing is known of what they hold.
  explicit Fleet(const std::vector<ServerInfo>& servers, const Limits& limits = {})
      : neighbours(servers), replicator(neighbours, newest, neutral, servers.size(), *this, limits) {
    replicator.open(now);
    for (const ServerInfo& server : servers) up(server.id);
  }

  void add_keys(Sharing sharing, KeyId count) {
    for (KeyId i = 0; i < count; ++i) replicator.add_key(sharing);
  }

  void write(ServerId target, KeyId key, ValueId value) noexcept override { writes.push_back({target, key, value}); }

  void origin(ServerId origin, KeyId key, ValueId value) { replicator.changed_at_origin(origin, key, value, now); }
  News event(ServerId server, KeyId key, ValueId value) { return replicator.changed_on(server, key, value, now); }
  void done(ServerId target, KeyId key, Outcome outcome = Outcome::success) {
    replicator.completed(target, key, outcome, now);
  }
  /// Comes up, and does not tell what it holds.
  void up(ServerId server) {
    replicator.server_up(server, now);
    replicator.unreadable(server, now);
  }
  void down(ServerId server) { replicator.server_down(server); }
  void advance(std::chrono::milliseconds time) {
    now += time;
    replicator.tick(now);
  }
  [[nodiscard]] const Cell& cell(ServerId server, KeyId key = 0) const { return replicator.cell(server, key); }

  /// The writes since the last call.
  std::vector<Write> taken() { return std::exchange(writes, {}); }

  TimePoint now{std::chrono::hours(1)};
  std::vector<Write> writes;
  Neighbours neighbours;
  NewestWins newest{neighbours};
  Replicator replicator;
};

}  // namespace amibroker::replication
