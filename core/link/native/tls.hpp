// SPDX-License-Identifier: Apache-2.0
//
// Which authorities a TLS connection trusts.
#pragma once

#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/link/native/access.hpp"
#include "core/link/wire.hpp"

namespace amibroker::link::native {

/// A client's side of TLS 1.2 or newer over a socket that the caller keeps.
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;
using TlsContext = boost::asio::ssl::context;

/// Why a server cannot be checked, so that no connection to it is used.
class TlsError : public std::runtime_error {
 public:
  TlsError(const std::string& why, std::string remedy_) : std::runtime_error(why), remedy(std::move(remedy_)) {}
  std::string remedy;
};

/// The authorities that are trusted, read once for all servers that trust the same ones. A file that was changed,
/// replaced or deleted is noticed with the next `get`; of the system's store its file and its folders are looked at
/// (SSL_CERT_FILE and SSL_CERT_DIR, if they are set). Loop's thread only.
class TlsContexts {
  using Time = std::chrono::steady_clock::time_point;

 public:
  /// How long a file that could not be read is believed to be so while it does not change.
  static constexpr std::chrono::seconds failure_kept{10};

  /// Throws TlsError if the authorities cannot be read. A connection keeps its context with it.
  [[nodiscard]] std::shared_ptr<TlsContext> get(const TlsAccess& access, Time now);

  /// How often a context was made, or could not be made.
  [[nodiscard]] std::size_t made() const noexcept { return made_; }

 private:
  /// By which one state of a file differs from another without reading it; all zero: it is not there.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;  ///< its rights, too
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Entry {
    std::vector<Stamp> stamps;
    Time made_at{};
    std::shared_ptr<TlsContext> context;
    std::string why;  // if there is no context
  };

  [[nodiscard]] static Stamp stamp_of(const std::string& path);
  [[nodiscard]] static std::vector<Stamp> stamps_of(const TlsAccess& access);

  std::map<std::pair<bool, std::string>, Entry> entries_;  // by `verify` and `ca_file`: as many as a configuration has
  std::size_t made_ = 0;
};

/// Makes the handshake fail unless the certificate is valid now and made for `host`: a name, or an address, of which an
/// interface (`fe80::1%eth0`) is no part. Nothing if `access.verify` is off. Throws TlsError if that cannot be set.
void expect_host(TlsStream& stream, const TlsAccess& access, const std::string& host);

/// Why a handshake failed: a refusal if it was the certificate, else a lost connection.
[[nodiscard]] Loss explain_handshake(TlsStream& stream, const boost::system::error_code& error,
                                     const std::string& host);

}  // namespace amibroker::link::native
