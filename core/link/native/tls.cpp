// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/tls.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/values.hpp"

namespace amibroker::link::native {
namespace {

namespace ssl = boost::asio::ssl;

constexpr const char* remedy_for_authorities = "Name in ca_file a file of PEM certificates that the daemon may read";

std::shared_ptr<TlsContext> make_context(const TlsAccess& access) {
  boost::system::error_code error;
  const auto context = std::make_shared<TlsContext>(TlsContext::tls_client);
  if (SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION) != 1)
    throw TlsError("this machine's OpenSSL has no TLS 1.2", "Look at its configuration (openssl.cnf)");
  if (!access.verify) return context;
  // What is there now may be something else than what the configuration was checked with, and a pipe would hold the
  // loop.
  if (!access.ca_file.empty() && !base::is_readable_file(access.ca_file))
    throw TlsError("ca_file = " + access.ca_file + " is no file that can be read", remedy_for_authorities);
  if (access.ca_file.empty()) context->set_default_verify_paths(error);
  else context->load_verify_file(access.ca_file, error);
  if (error)
    throw TlsError("the certificates of " +
                       (access.ca_file.empty() ? std::string("the system") : "ca_file = " + access.ca_file) +
                       " cannot be read (" + error.message() + ")",
                   remedy_for_authorities);
  context->set_verify_mode(ssl::verify_peer, error);
  if (error) throw TlsError("certificates cannot be checked (" + error.message() + ")", "Look at openssl.cnf");
  return context;
}

/// The value of an environment variable, or what OpenSSL uses if it is not set.
std::string_view or_default(const char* variable, const char* otherwise) {
  const char* const set = std::getenv(variable);
  return set != nullptr ? set : otherwise;
}

/// The name or address as a certificate holds it, and as SNI may name it.
std::string host_in_certificate(const std::string& host) {
  if (base::is_numeric_address(host)) return host.substr(0, host.find('%'));
  return host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0));
}

}  // namespace

// --- Authorities ----------------------------------------------------------------------------------------------

TlsContexts::Stamp TlsContexts::stamp_of(const std::string& path) {
  struct stat state {};
  if (::stat(path.c_str(), &state) != 0) return {};
  const auto ns = [](const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; };
  return {state.st_dev, state.st_ino, state.st_size, ns(state.st_mtim), ns(state.st_ctim)};
}

std::vector<TlsContexts::Stamp> TlsContexts::stamps_of(const TlsAccess& access) {
  if (!access.verify) return {};
  if (!access.ca_file.empty()) return {stamp_of(access.ca_file)};
  std::vector<Stamp> stamps{
      stamp_of(std::string(or_default(X509_get_default_cert_file_env(), X509_get_default_cert_file())))};
  std::string_view folders = or_default(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
  while (!folders.empty()) {
    const std::size_t colon = folders.find(':');
    stamps.push_back(stamp_of(std::string(folders.substr(0, colon))));
    folders.remove_prefix(colon == folders.npos ? folders.size() : colon + 1);
  }
  return stamps;
}

std::shared_ptr<TlsContext> TlsContexts::get(const TlsAccess& access, Time now) {
  Entry& entry = entries_[{access.verify, access.ca_file}];
  std::vector<Stamp> stamps = stamps_of(access);  // before it is read: what changes meanwhile is read next time
  const bool is_new = entry.context == nullptr && entry.why.empty();
  if (!is_new && stamps == entry.stamps) {
    if (entry.context != nullptr) return entry.context;
    if (now - entry.made_at < failure_kept) throw TlsError(entry.why, remedy_for_authorities);
  }
  ++made_;
  entry = {std::move(stamps), now, nullptr, {}};
  try {
    entry.context = make_context(access);
  } catch (const TlsError& error) {
    entry.why = error.what();
    throw;
  }
  return entry.context;
}

// --- One connection -------------------------------------------------------------------------------------------

void expect_host(TlsStream& stream, const TlsAccess& access, const std::string& host) {
  const std::string expected = host_in_certificate(host);
  const bool is_address = base::is_numeric_address(expected);
  const auto require = [&](bool is_set) {
    if (!is_set)
      throw TlsError("its certificate cannot be checked for '" + host + "'",
                     "Write in addr the name or address that the certificate holds");
  };
  SSL* const handle = stream.native_handle();
  // As the macro SSL_set_tlsext_host_name does it, but without its cast.
  if (!is_address)
    require(SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                     const_cast<char*>(expected.c_str())) == 1);
  if (!access.verify) return;
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(handle);
  require(wanted != nullptr);
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // An empty host would mean: any.
  require(!expected.empty() &&
          (is_address ? X509_VERIFY_PARAM_set1_ip_asc(wanted, expected.c_str())
                      : X509_VERIFY_PARAM_set1_host(wanted, expected.c_str(), expected.size())) == 1);
}

Loss explain_handshake(TlsStream& stream, const boost::system::error_code& error, const std::string& host) {
  const auto refusal = [](std::string why, std::string remedy) {
    return Loss{Loss::Kind::refusal, std::move(why), std::move(remedy)};
  };
  switch (const long result = SSL_get_verify_result(stream.native_handle()); result) {
    case X509_V_OK: break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return refusal("its certificate is not for '" + host_in_certificate(host) + "'",
                     "Write in addr the name or address that the certificate holds");
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return refusal("its certificate has expired", "Renew it there (tlscertfile in manager.conf)");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return refusal("its certificate is not valid yet", "Check the clocks of both machines");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return refusal(std::string("its certificate is not trusted (") + X509_verify_cert_error_string(result) + ")",
                     "Name in ca_file the certificate of the authority that signed it");
    default:
      return refusal(std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(result), {});
  }
  if (error.category() == boost::asio::error::get_ssl_category() &&
      ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_WRONG_VERSION_NUMBER)
    return {Loss::Kind::connection, "it does not speak TLS on this port", "Write the port of tlsbindaddr, or tls = no"};
  return {Loss::Kind::connection, "the TLS handshake failed: " + error.message()};
}

}  // namespace amibroker::link::native
