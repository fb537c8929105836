// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/tls_pipe.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <new>
#include <stdexcept>

namespace amibroker::sim {
namespace {

struct FreeParts {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
template <class T>
using Part = std::unique_ptr<T, FreeParts>;

Part<BIO> reading(const std::string& text) {
  return Part<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

TlsContext make_server_context(const std::string& certificate, const std::string& key) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) throw std::bad_alloc();
  const Part<X509> own(PEM_read_bio_X509(reading(certificate).get(), nullptr, nullptr, nullptr));
  const Part<EVP_PKEY> secret(PEM_read_bio_PrivateKey(reading(key).get(), nullptr, nullptr, nullptr));
  if (!own || !secret || SSL_CTX_use_certificate(context.get(), own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), secret.get()) != 1) {
    throw std::runtime_error("the certificate and the key of a simulated server are no PEM or do not fit");
  }
  return context;
}

TlsPipe::TlsPipe(SSL_CTX& context) : tls_(SSL_new(&context)), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  if (!tls_ || !in_ || !out_) throw std::bad_alloc();
  SSL_set_bio(tls_.get(), in_, out_);
  SSL_set_accept_state(tls_.get());
}

bool TlsPipe::receive(std::string_view bytes, std::string& plain) {
  BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
  std::array<char, 16384> part{};
  while (true) {
    ERR_clear_error();
    const int size = SSL_read(tls_.get(), part.data(), static_cast<int>(part.size()));
    if (size <= 0) {
      const bool wants_more = SSL_get_error(tls_.get(), size) == SSL_ERROR_WANT_READ;
      send_waiting();
      return wants_more;
    }
    plain.append(part.data(), static_cast<std::size_t>(size));
  }
}

void TlsPipe::send(std::string_view plain) {
  waiting_.append(plain);
  send_waiting();
}

void TlsPipe::send_waiting() {
  if (waiting_.empty() || SSL_is_init_finished(tls_.get()) == 0) return;
  SSL_write(tls_.get(), waiting_.data(), static_cast<int>(waiting_.size()));
  waiting_.clear();
}

void TlsPipe::close() { SSL_shutdown(tls_.get()); }

void TlsPipe::take_output(std::string& bytes) {
  std::array<char, 16384> part{};
  while (BIO_pending(out_) > 0) {
    const int size = BIO_read(out_, part.data(), static_cast<int>(part.size()));
    if (size <= 0) return;
    bytes.append(part.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace amibroker::sim
