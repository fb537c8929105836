// SPDX-License-Identifier: Apache-2.0
//
// Which names of which server are distributed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"

namespace amibroker::replication {

/// Globs (fnmatch(3): `*`, `?`, `[a-z]`; `*` matches `/`, too) of the plugin and of each server. A name passes if
/// both the plugin's and the server's patterns let it: it matches one of `include`, or `include` is empty, and it
/// matches none of `exclude`.
class Filters {
 public:
  /// Reads the plugin's options `include` and `exclude`, and those of the servers' sections.
  explicit Filters(const Host& host);

  /// Reads again what a server's section says; the server may be new. False if nothing is different.
  bool update(const ServerInfo& server);
  /// The server is retired: nothing of it passes, and its patterns are given back.
  void retire(ServerId server);

  /// Whether a device or presentity of this server is distributed. `name` as the server calls it.
  [[nodiscard]] bool pass(ServerId server, std::string_view name);

 private:
  struct Patterns {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    [[nodiscard]] bool empty() const noexcept { return include.empty() && exclude.empty(); }
    [[nodiscard]] bool pass(const char* name) const;
    friend bool operator==(const Patterns&, const Patterns&) = default;
  };
  Patterns everywhere_;
  std::vector<Patterns> servers_;
  std::string name_;  ///< used again: fnmatch wants a closing zero
};

}  // namespace amibroker::replication
