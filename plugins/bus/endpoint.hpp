// SPDX-License-Identifier: Apache-2.0
//
// Where the bus listens: `tcp://127.0.0.1:9478`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace amibroker::bus {

struct Endpoint {
  std::string address;     ///< IPv4 or IPv6 without brackets; `*` for all of this machine
  std::uint16_t port = 0;  ///< 1 to 65535
  bool is_loopback = false;

  /// As libzmq takes it.
  [[nodiscard]] std::string text() const;
};

/// Nothing if the text is not `tcp://ADDRESS:PORT` with a numeric address or `*`. Names are not taken: what they stand
/// for may change, and with it who can reach the socket.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace amibroker::bus
