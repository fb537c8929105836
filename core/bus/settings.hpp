// SPDX-License-Identifier: Apache-2.0
//
// What the section `[cluster]` says.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace amibroker::cluster {

/// One server of the engine.
struct Url {
  std::string host;  ///< a name or an address; IPv6 without brackets
  std::uint16_t port = 4222;
  bool tls = false;

  [[nodiscard]] bool operator==(const Url&) const = default;
  /// As it is written: `nats://[::1]:4222`.
  [[nodiscard]] std::string text() const {
    const bool is_v6 = host.find(':') != std::string::npos;
    return std::string(tls ? "tls://" : "nats://") + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  }
};

/// Who this broker is to the engine.
struct Access {
  std::string tls_ca{};  ///< files; empty: none
  std::string tls_cert{};
  std::string tls_key{};
  std::string user{};
  std::string password{};
  std::string credentials{};  ///< a file of the engine's own kind; empty: user and password, if there are any

  [[nodiscard]] bool operator==(const Access&) const = default;
};

struct Settings {
  std::vector<Url> urls{};  ///< at least one
  std::string site{};
  std::string fleet = "amib";
  Access access{};
  std::chrono::seconds lost_after{60};
  std::vector<std::string> share{};  ///< globs
  std::vector<std::string> accept{};
  bool hinted = false;

  [[nodiscard]] bool operator==(const Settings&) const = default;
};

}  // namespace amibroker::cluster
