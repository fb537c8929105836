// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/neighbours.hpp"

#include <algorithm>

namespace amibroker::replication {
namespace {

bool share_a_zone(const ServerInfo& a, const ServerInfo& b) {
  if (a.zones.empty() || b.zones.empty()) return a.zones.empty() && b.zones.empty();
  return std::any_of(a.zones.begin(), a.zones.end(), [&](std::string_view zone) {
    return std::find(b.zones.begin(), b.zones.end(), zone) != b.zones.end();
  });
}

}  // namespace

Neighbours::Neighbours(std::span<const ServerInfo> servers) : lists_(servers.size()) {
  for (const ServerInfo& server : servers)
    for (const ServerInfo& other : servers) {
      if (server.id == other.id) continue;
      if (share_a_zone(server, other)) lists_[server.id].push_back(other.id);
      else all_ = false;
    }
}

}  // namespace amibroker::replication
