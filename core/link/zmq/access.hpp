// SPDX-License-Identifier: Apache-2.0
//
// How a server with the module res_zmq_manager is reached.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/findings.hpp"
#include "core/base/section.hpp"
#include "core/link/server_config.hpp"

namespace amibroker::link::zeromq {

/// Keys of CurveZMQ, in Z85: 40 characters each.
struct CurveKeys {
  std::string server_public;  ///< what the module must prove to have
  std::string client_public;  ///< ours; the module's list of clients must name it
  std::string client_secret;
};

/// Where the module of a server listens.
struct ZmqAccess final : Access {
  std::uint16_t cmd_port = 0;        ///< TCP port of addr_cmd, 1 to 65535
  std::uint16_t evt_port = 0;        ///< TCP port of addr_evt, 1 to 65535
  std::optional<CurveKeys> curve{};  ///< nothing: no encryption, and no proof of who the other side is

  [[nodiscard]] std::vector<Port> ports() const override;
  [[nodiscard]] std::string place() const override;
  [[nodiscard]] std::string advice() const override;
  [[nodiscard]] std::vector<std::string> changes_since(const Access& before) const override;
};

/// See TransportKind::read. Reads the file with our secret key.
[[nodiscard]] std::shared_ptr<const Access> read_access(const base::Section& section, base::Findings& findings);

}  // namespace amibroker::link::zeromq
