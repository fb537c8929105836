// SPDX-License-Identifier: Apache-2.0
//
// How one server is reached: a server's section of the configuration, checked.
#pragma once

#include <cstdint>
#include <string>

namespace amibroker::link {

struct ServerConfig {
  std::string section;     ///< name of the section
  std::string name;        ///< name for people; the section's where none is given
  std::string addr;        ///< IPv4 or IPv6 address (without brackets) or host name
  std::uint16_t cmd_port;  ///< TCP port of the module's addr_cmd, 1 to 65535
  std::uint16_t evt_port;  ///< TCP port of the module's addr_evt, 1 to 65535
  bool trace = false;      ///< print every message of this server
};

}  // namespace amibroker::link
