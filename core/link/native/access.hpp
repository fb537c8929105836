// SPDX-License-Identifier: Apache-2.0
//
// How a server's manager interface is reached: port, account, encryption.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/findings.hpp"
#include "core/base/section.hpp"
#include "core/link/server_config.hpp"

namespace amibroker::link::native {

inline constexpr std::uint16_t default_port = 5038;
inline constexpr std::uint16_t default_tls_port = 5039;

/// Which authorities a server's certificate must come from.
struct TlsAccess {
  bool verify = true;     ///< false: encrypt, but look at no certificate
  std::string ca_file{};  ///< PEM; empty: the authorities of the system
};

struct NativeAccess final : Access {
  std::uint16_t port = default_port;
  std::string username{};
  std::string secret{};
  bool plain_login = false;        ///< the secret itself may be sent over a connection that others can read
  std::optional<TlsAccess> tls{};  ///< nothing: plain TCP

  [[nodiscard]] std::vector<Port> ports() const override { return {{"port", port}}; }
  [[nodiscard]] std::string place() const override;
  [[nodiscard]] std::string advice() const override;
  [[nodiscard]] std::vector<std::string> changes_since(const Access& before) const override;
};

/// The keys of a server's section that `read_access` reads.
[[nodiscard]] std::span<const std::string_view> access_keys() noexcept;

/// See TransportKind::read. Other keys of the section are passed over; `addr` is not looked at.
[[nodiscard]] std::shared_ptr<const Access> read_access(const base::Section& section, base::Findings& findings);

}  // namespace amibroker::link::native
