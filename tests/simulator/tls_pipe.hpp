// SPDX-License-Identifier: Apache-2.0
//
// The server's side of one TLS connection, from bytes to bytes: it has no socket. One thread.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace amibroker::sim {

struct FreeTls {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* tls) const noexcept { SSL_free(tls); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTls>;

/// A server's context with this certificate and its key. Throws std::runtime_error if they are not PEM or do not
/// belong together.
[[nodiscard]] TlsContext make_server_context(const std::string& certificate, const std::string& key);

class TlsPipe {
 public:
  /// `context` has to outlive it. Throws std::bad_alloc.
  explicit TlsPipe(SSL_CTX& context);

  /// Appends what `bytes` of the wire hold to `plain`. False: this is no TLS, or the other side has ended it.
  [[nodiscard]] bool receive(std::string_view bytes, std::string& plain);
  /// Encrypts; before the end of the handshake it is kept.
  void send(std::string_view plain);
  /// Says that nothing more will come.
  void close();
  /// Appends to `bytes` what is to be sent, and forgets it.
  void take_output(std::string& bytes);

 private:
  void send_waiting();

  std::unique_ptr<SSL, FreeTls> tls_;
  BIO* in_;  // both belong to tls_
  BIO* out_;
  std::string waiting_;  // until the handshake is over
};

}  // namespace amibroker::sim
