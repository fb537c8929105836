// SPDX-License-Identifier: Apache-2.0
//
// A replicator whose servers are read.
#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {

/// Three servers. What happens to `key` between `ask` and `list` may be in the list or not.
class Snapshot : public ::testing::Test {
 protected:
  explicit Snapshot(Sharing sharing) { fleet.add_keys(sharing, 2); }

  void ask(ServerId server) { fleet.replicator.list_asked(server); }
  /// The list and its fence are there. Whether another snapshot is to follow.
  bool list(ServerId server, std::vector<Listed> items) { return fleet.replicator.read(server, items, fleet.now); }
  /// A whole snapshot, during which nothing else happens.
  void read(ServerId server, std::vector<Listed> items) {
    ask(server);
    list(server, std::move(items));
  }
  /// The connection breaks, and comes back; the server is not read yet.
  void reconnect(ServerId server) {
    fleet.down(server);
    fleet.replicator.server_up(server, fleet.now);
  }
  void answer_all() {
    for (const Write& write : fleet.taken()) fleet.done(write.target, write.key);
  }

  static constexpr KeyId key = 0;
  Fleet fleet{3};
};

}  // namespace amibroker::replication
