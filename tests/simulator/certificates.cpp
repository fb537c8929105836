// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/certificates.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace amibroker::sim {
namespace {

using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Key = std::unique_ptr<EVP_PKEY, FreeCertificate>;

struct FreeParts {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};

void check(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("OpenSSL cannot make a certificate: ") + what);
}

template <class Write>
std::string pem_of(Write write) {
  const std::unique_ptr<BIO, FreeParts> bio(BIO_new(BIO_s_mem()));
  check(bio && write(bio.get()) == 1, "PEM");
  char* text = nullptr;
  // As the macro BIO_get_mem_data does it, but without its cast.
  const auto size = BIO_ctrl(bio.get(), BIO_CTRL_INFO, 0, &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem(X509& certificate) {
  return pem_of([&](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

std::string pem(EVP_PKEY& key) {
  return pem_of([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr); });
}

Key make_key() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  check(key != nullptr, "key");
  return key;
}

void extend(X509& certificate, X509& issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, FreeParts> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  check(extension && X509_add_ext(&certificate, extension.get(), -1) == 1, "extension");
}

// All but issuer, extensions and signature.
Certificate make_certificate(const std::string& name, EVP_PKEY& key, const Validity& validity) {
  Certificate certificate(X509_new());
  check(certificate != nullptr, "certificate");
  std::uint64_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial number");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U);
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), validity.from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity.to.count());
  const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
  check(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1,
        "name");
  check(X509_set_pubkey(certificate.get(), &key) == 1, "public key");
  return certificate;
}

void sign(X509& certificate, const X509& issuer, EVP_PKEY& key) {
  X509_set_issuer_name(&certificate, X509_get_subject_name(&issuer));
  check(X509_sign(&certificate, &key, EVP_sha256()) > 0, "signature");
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name)
    : key_(make_key()), certificate_(make_certificate(name, *key_, {})) {
  extend(*certificate_, *certificate_, NID_basic_constraints, "critical,CA:TRUE");
  extend(*certificate_, *certificate_, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(*certificate_, *certificate_, NID_subject_key_identifier, "hash");
  sign(*certificate_, *certificate_, *key_);
}

std::string CertificateAuthority::certificate() const { return pem(*certificate_); }

CertificateText CertificateAuthority::issue(const std::string& host, const Validity& validity) const {
  const auto key = make_key();
  const auto made = make_certificate(host, *key, validity);
  extend(*made, *certificate_, NID_basic_constraints, "critical,CA:FALSE");
  extend(*made, *certificate_, NID_subject_alt_name, (is_address(host) ? "IP:" : "DNS:") + host);
  extend(*made, *certificate_, NID_authority_key_identifier, "keyid");
  sign(*made, *certificate_, *key_);
  return {.certificate = pem(*made), .key = pem(*key)};
}

void write_pem(const std::string& path, const std::string& pem) {
  std::ofstream file(path, std::ios::trunc);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  if (!(file << pem).flush()) throw std::runtime_error(path + " cannot be written");
}

}  // namespace amibroker::sim
