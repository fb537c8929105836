// SPDX-License-Identifier: Apache-2.0
//
// How one server is reached: a server's section of the configuration, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace amibroker::link {

/// Which wire the server speaks.
enum class Transport : std::uint8_t {
  zmq,  ///< the module res_zmq_manager
  ami,  ///< Asterisk's own manager interface over TCP or TLS
};

/// Keys of CurveZMQ, in Z85: 40 characters each.
struct CurveKeys {
  std::string server_public;  ///< what the module must prove to have
  std::string client_public;  ///< ours; the module's list of clients must name it
  std::string client_secret;
};

/// Where the module of a server listens.
struct ZmqAccess {
  std::uint16_t cmd_port = 0;  ///< TCP port of addr_cmd, 1 to 65535
  std::uint16_t evt_port = 0;  ///< TCP port of addr_evt, 1 to 65535
  std::optional<CurveKeys> curve{};  ///< nothing: neither encryption nor a proof who the other is
};

/// How a TLS connection is trusted.
struct TlsAccess {
  bool verify = true;   ///< the certificate, its time and its host name
  std::string ca_file{};  ///< PEM; empty: the system's certificates
};

/// How an account of manager.conf is used.
struct AmiAccess {
  std::uint16_t port = 0;  ///< 1 to 65535
  std::string username{};
  std::string secret{};
  bool plain_login = false;  ///< send the secret itself where the server knows no challenge
  std::optional<TlsAccess> tls{};
};

struct ServerConfig {
  std::string section;  ///< name of the section
  std::string name;     ///< name for people; the section's where none is given
  std::string addr;     ///< IPv4 or IPv6 address (without brackets) or host name
  Transport transport = Transport::zmq;
  ZmqAccess zmq{};    ///< of use with Transport::zmq
  AmiAccess ami{};    ///< of use with Transport::ami
  bool trace = false;  ///< print every message of this server
};

}  // namespace amibroker::link
