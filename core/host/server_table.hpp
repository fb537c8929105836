// SPDX-License-Identifier: Apache-2.0
//
// The servers as plugins see them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/host.hpp"
#include "core/link/server_listener.hpp"

namespace amibroker::host {

/// What the configuration says of one server, for plugins (see ServerInfo).
struct ServerLabel {
  std::string section;  ///< name of its section in the configuration
  std::string name;     ///< name for people
  std::vector<std::string> zones{};
  std::vector<std::string> include{};
  std::vector<std::string> exclude{};
  std::string transport{};  ///< `zmq` or `ami`
};

/// Owns what ServerInfo has views of. Views that were given out stay valid until `forget_old`, so that a plugin which
/// is told of a change can still read what it took before. Loop's thread only.
class ServerTable {
 public:
  /// By ServerId. Later changes show in it, servers that are added later do not.
  [[nodiscard]] std::span<const ServerInfo> infos() const noexcept { return infos_; }

  /// The next server.
  void add(const ServerLabel& label);
  /// What a server that is not retired is called and shares from now on. What it said of itself stays.
  void change(ServerId server, const ServerLabel& label);
  /// What a server said of itself. False if that is known already.
  [[nodiscard]] bool identify(ServerId server, const link::Identity& identity);
  void retire(ServerId server) { infos_.at(server).retired = true; }
  /// False if it was so already.
  [[nodiscard]] bool hold(ServerId server, bool on) { return std::exchange(infos_.at(server).held, on) != on; }

  /// No plugin has views from before any more.
  void forget_old() noexcept;

 private:
  struct Entry {
    ServerLabel label;
    std::string asterisk_version;
    std::string system_name;
    std::vector<std::string_view> zones, include, exclude;
  };
  void put(ServerId server, std::unique_ptr<Entry> entry);

  std::vector<std::unique_ptr<Entry>> entries_;  // by ServerId
  std::vector<ServerInfo> infos_;                // views of the entries
  std::vector<std::unique_ptr<Entry>> old_entries_;
  std::vector<std::vector<ServerInfo>> old_infos_;
};

}  // namespace amibroker::host
