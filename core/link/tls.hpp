// SPDX-License-Identifier: Apache-2.0
//
// Whom a TLS connection trusts.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <string>

#include "core/link/server_config.hpp"

namespace amibroker::link {

/// A client's side of TLS 1.2 or newer over a socket that the caller keeps.
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

/// The authorities that are trusted: those of `ca_file`, read now, else the system's. Throws std::runtime_error with
/// one line that says what is wrong and what to do.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const TlsAccess& access);

/// Makes the handshake fail unless the certificate is valid now and made for `host` (a name or an address); nothing
/// where `access.verify` is off.
void expect_host(TlsStream& stream, const TlsAccess& access, const std::string& host);

/// Whether the other side's certificate was the reason that a handshake failed.
[[nodiscard]] bool is_distrusted(TlsStream& stream);

/// Why a handshake failed, with what to do: for the log.
[[nodiscard]] std::string explain_handshake(TlsStream& stream, const boost::system::error_code& error,
                                            const std::string& host);

}  // namespace amibroker::link
