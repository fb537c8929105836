// SPDX-License-Identifier: Apache-2.0
#include "core/link/tls.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <stdexcept>

namespace amibroker::link {
namespace {

namespace ssl = boost::asio::ssl;

bool is_address(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

ssl::context make_tls_context(const TlsAccess& access) {
  ssl::context context(ssl::context::tls_client);
  boost::system::error_code error;
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  if (!access.verify) return context;
  if (access.ca_file.empty()) context.set_default_verify_paths(error);
  else context.load_verify_file(access.ca_file, error);
  if (error)
    throw std::runtime_error(
        "the certificates of " + (access.ca_file.empty() ? std::string("the system") : "ca_file = " + access.ca_file) +
        " cannot be read (" + error.message() + "): a file of PEM certificates that the daemon may read is needed");
  context.set_verify_mode(ssl::verify_peer, error);
  return context;
}

void expect_host(TlsStream& stream, const TlsAccess& access, const std::string& host) {
  SSL* const handle = stream.native_handle();
  // What SSL_set_tlsext_host_name stands for, without its cast.
  if (!is_address(host))
    SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
  if (!access.verify) return;
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(handle);
  if (is_address(host)) X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
  else X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
}

bool is_distrusted(TlsStream& stream) { return SSL_get_verify_result(stream.native_handle()) != X509_V_OK; }

std::string explain_handshake(TlsStream& stream, const boost::system::error_code& error, const std::string& host) {
  switch (const long result = SSL_get_verify_result(stream.native_handle()); result) {
    case X509_V_OK: break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate is not for '" + host + "': write in addr the name or address that the certificate holds";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired: renew it there (tlscertfile in manager.conf)";
    case X509_V_ERR_CERT_NOT_YET_VALID: return "its certificate is not valid yet: check the clocks of both machines";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return std::string("its certificate is not trusted (") + X509_verify_cert_error_string(result) +
             "): name in ca_file the certificate of the authority that signed it";
    default: return std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(result);
  }
  if (error.category() == boost::asio::error::get_ssl_category() &&
      ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_WRONG_VERSION_NUMBER)
    return "it does not speak TLS on this port: write the port of tlsbindaddr, or tls = no";
  return "the TLS handshake failed: " + error.message();
}

}  // namespace amibroker::link
