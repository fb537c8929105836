// SPDX-License-Identifier: Apache-2.0
//
// Who may look by TCP, where a browser carries requests of whoever owns the page that it shows.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/control/guard.hpp"

namespace amibroker::control {

/// The same for all clients of a listener.
struct WebRules {
  std::vector<std::string> hosts{};  ///< names by which the daemon may be called, in small letters
  std::string token{};               ///< what a client must know; empty: nothing
  std::string cookie{};              ///< what a browser is given in the place of the token, and known by
  bool encrypted = false;
};

/// A random value for WebRules::cookie. Throws std::runtime_error if the machine has none.
[[nodiscard]] std::string random_cookie();

/// The guard of one connection. It only looks, whoever asks.
///
/// The name in `Host` must be one that a page of somebody else cannot have: localhost, the address itself, or a name
/// from the rules; else any page could have its own name point here (DNS rebinding). `Origin`, which browsers send
/// with what a page asks for, must be the same. Only then does the token count: as `Authorization: Bearer`, or once
/// as `/?token=...`, which a browser changes for a cookie. `/livez` and `/readyz` need none.
class WebGuard final : public Guard {
 public:
  /// `own`: the address at which this connection arrived. `peer`: for the log.
  WebGuard(std::shared_ptr<const WebRules> rules, boost::asio::ip::address own, std::string peer)
      : rules_(std::move(rules)), own_(std::move(own)), peer_(std::move(peer)) {}

  [[nodiscard]] std::variant<Admitted, Failure, SentOn> judge(const RequestHead& head) const override;
  [[nodiscard]] std::optional<Failure> refusal(Level level) const override;
  [[nodiscard]] std::string who() const override { return peer_; }

 private:
  [[nodiscard]] bool is_own_name(std::string_view host) const;
  [[nodiscard]] bool knows_token(const RequestHead& head) const;

  std::shared_ptr<const WebRules> rules_;
  boost::asio::ip::address own_;
  std::string peer_;
};

}  // namespace amibroker::control
