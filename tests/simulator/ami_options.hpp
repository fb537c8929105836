// SPDX-License-Identifier: Apache-2.0
//
// What manager.conf says on a simulated server that speaks Asterisk's own manager interface.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace amibroker::sim {

/// One account, as there is one broker. Classes of privileges are a list with commas and without blanks.
struct AmiOptions {
  std::uint16_t port = 0;  ///< of 127.0.0.1; 0: a free one
  std::string username = "broker";
  std::string secret = "s3cret";
  std::string read = "call,system,user";   ///< classes of events that the account may see
  std::string write = "call,system,user";  ///< classes of actions that it may send
  bool permits = true;                     ///< whether its permit list holds 127.0.0.1
  bool allow_multiple_login = true;        ///< else the name of a session that is logged in is refused
  std::size_t authlimit = 50;              ///< connections without a login; one more is closed at once
  bool challenge = true;                   ///< false: Challenge is refused, so that only the secret itself is left
  std::string certificate{};               ///< PEM; not empty: TLS, which `key` (PEM) belongs to
  std::string key{};
  std::chrono::milliseconds write_timeout{100};  ///< a client that takes nothing for that long is cut off
  std::chrono::milliseconds refusal_delay{0};    ///< before a refused login is answered; Asterisk: 1 s
};

}  // namespace amibroker::sim
