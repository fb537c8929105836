// SPDX-License-Identifier: Apache-2.0
//
// Zones: which servers show each other's states.
#pragma once

#include <span>
#include <vector>

#include "amibroker/host.hpp"

namespace amibroker::replication {

/// Who shares a zone with whom. Servers that name no zone share one with each other. Never changes.
class Neighbours {
 public:
  explicit Neighbours(std::span<const ServerInfo> servers);

  /// Whether all servers are neighbours, which needs no lists.
  [[nodiscard]] bool all() const noexcept { return all_; }

  /// The neighbours of a server, itself left out, in order.
  [[nodiscard]] const std::vector<ServerId>& of(ServerId server) const noexcept { return lists_[server]; }

 private:
  bool all_ = true;
  std::vector<std::vector<ServerId>> lists_;
};

}  // namespace amibroker::replication
