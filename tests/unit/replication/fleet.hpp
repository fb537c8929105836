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

class Fleet final : public Writer {
 public:
  explicit Fleet(std::size_t servers, const Limits& limits = {}) : replicator(servers, *this, limits) {
    for (ServerId server = 0; server < servers; ++server) replicator.server_up(server, now);
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
  void up(ServerId server) { replicator.server_up(server, now); }
  void down(ServerId server) { replicator.server_down(server); }
  void advance(std::chrono::milliseconds time) {
    now += time;
    replicator.tick(now);
  }

  /// The writes since the last call.
  std::vector<Write> taken() { return std::exchange(writes, {}); }

  TimePoint now{std::chrono::hours(1)};
  std::vector<Write> writes;
  Replicator replicator;
};

}  // namespace amibroker::replication
