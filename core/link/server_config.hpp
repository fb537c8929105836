// SPDX-License-Identifier: Apache-2.0
//
// How one server is reached: a server's section of the configuration, checked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace amibroker::link {

struct TransportKind;

/// What only one kind of transport knows of a server: ports, keys, accounts. Each kind has its own; made by
/// TransportKind::read, and never changed after that.
class Access {
 public:
  /// A TCP port of the server that must not be used twice.
  struct Port {
    std::string_view key;  ///< of the configuration
    std::uint16_t number;
  };
  virtual ~Access() = default;
  [[nodiscard]] virtual std::vector<Port> ports() const = 0;
  /// How logs name the place, after the address: "command port 5555, event port 5556".
  [[nodiscard]] virtual std::string place() const = 0;
  /// What an administrator looks at first if nothing answers there: a sentence.
  [[nodiscard]] virtual std::string advice() const = 0;
  /// What is different from `before`, which is of the same kind: a phrase for each key, "its port is 5039, was 5038".
  /// Never shows a secret. Empty: both say the same, so what reaches one reaches the other.
  [[nodiscard]] virtual std::vector<std::string> changes_since(const Access& before) const = 0;
};

struct ServerConfig {
  std::string section;  ///< name of the section, which is the server's identity
  std::string name;     ///< name for people; the section's if none is given
  std::string addr;     ///< IPv4 or IPv6 address (without brackets) or host name
  const TransportKind* transport = nullptr;
  std::shared_ptr<const Access> access{};  ///< of that kind
  bool trace = false;                      ///< print every message of this server
};

/// What is different in the way to a server, a phrase each. Empty: its connection may stay.
[[nodiscard]] std::vector<std::string> changes_of_way(const ServerConfig& before, const ServerConfig& now);

}  // namespace amibroker::link
