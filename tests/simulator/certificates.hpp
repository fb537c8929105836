// SPDX-License-Identifier: Apache-2.0
//
// Certificates for tests, made when they are needed: a test CA, and servers' certificates that it signs. Any thread.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>

namespace amibroker::sim {

struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

/// A certificate and its private key, in PEM.
struct CertificateText {
  std::string certificate;
  std::string key;
};

/// From when until when a certificate is valid, from now.
struct Validity {
  std::chrono::seconds from = std::chrono::hours(-1);
  std::chrono::seconds to = std::chrono::hours(24);
};

class CertificateAuthority {
 public:
  /// With a key (P-256) of its own. Throws std::runtime_error if OpenSSL fails.
  explicit CertificateAuthority(const std::string& name = "Test CA");

  /// What a client is to trust.
  [[nodiscard]] std::string certificate() const;
  /// A server's certificate for this host name or IP address. Throws as above.
  [[nodiscard]] CertificateText issue(const std::string& host, const Validity& validity = {}) const;

 private:
  std::unique_ptr<EVP_PKEY, FreeCertificate> key_;
  std::unique_ptr<X509, FreeCertificate> certificate_;
};

/// Writes a file that only its owner may read. Throws std::runtime_error.
void write_pem(const std::string& path, const std::string& pem);

}  // namespace amibroker::sim
