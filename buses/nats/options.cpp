// SPDX-License-Identifier: Apache-2.0
#include "buses/nats/options.hpp"

#include <string_view>

namespace amibroker::nats {
namespace {

/// Of one attempt to connect, but for a look-up of the name.
constexpr int connect_timeout_ms = 2000;
/// A server that is frozen is left after two to three of them.
constexpr int ping_period_ms = 1000;
constexpr int pings_without_answer = 2;
/// The same for one that does not take what we send; without it libnats would wait for ever, with its locks held.
constexpr int write_deadline_ms = 2000;

void check(natsStatus status, const std::string& what) {
  if (status != NATS_OK) throw std::runtime_error(what + ": " + reason_of(status));
}

void set_tls(natsOptions* options, const cluster::Access& access, const cluster::Url& url) {
  if (!url.tls) return;
  check(natsOptions_SetSecure(options, true), "TLS");
  if (!access.tls_ca.empty())
    check(natsOptions_LoadCATrustedCertificates(options, access.tls_ca.c_str()), "tls_ca = " + access.tls_ca);
  if (!access.tls_cert.empty())
    check(natsOptions_LoadCertificatesChain(options, access.tls_cert.c_str(), access.tls_key.c_str()),
          "tls_cert = " + access.tls_cert + ", tls_key = " + access.tls_key);
  // Without it a certificate of any name would do, if libnats was built so.
  check(natsOptions_SetExpectedHostname(options, url.host.c_str()), "the server's name");
}

void set_account(natsOptions* options, const cluster::Access& access) {
  if (!access.credentials.empty())
    check(natsOptions_SetUserCredentialsFromFiles(options, access.credentials.c_str(), nullptr), access.credentials);
  else if (!access.user.empty())
    check(natsOptions_SetUserInfo(options, access.user.c_str(), access.password.c_str()), "user and password");
}

}  // namespace

std::string reason_of(natsStatus status) {
  const char* const text = nats_GetLastError(nullptr);
  if (text == nullptr || *text == '\0') return natsStatus_GetText(status);
  // "(file.c:123): what is wrong"
  const std::string_view all(text);
  const auto begin = all.starts_with('(') ? all.find("): ") : all.npos;
  return std::string(begin == all.npos ? all : all.substr(begin + 3));
}

Options make_options(const cluster::Access& access, const cluster::Url& url, const std::string& name,
                     const Callbacks& callbacks) {
  natsOptions* made = nullptr;
  check(natsOptions_Create(&made), "libnats cannot be used");
  Options options(made);
  cluster::Url plain = url;
  plain.tls = false;  // libnats takes that from the options, and not every version from the scheme
  check(natsOptions_SetURL(made, plain.text().c_str()), url.text());
  check(natsOptions_SetName(made, name.c_str()), "the client's name");
  check(natsOptions_SetTimeout(made, connect_timeout_ms), "timeout");
  check(natsOptions_SetPingInterval(made, ping_period_ms), "ping");
  check(natsOptions_SetMaxPingsOut(made, pings_without_answer), "ping");
  check(natsOptions_SetWriteDeadline(made, write_deadline_ms), "write deadline");
  // Whoever connects again is the courier: libnats would keep what waits, give up after two wrong passwords, and ask
  // the same frozen server again.
  check(natsOptions_SetAllowReconnect(made, false), "reconnect");
  check(natsOptions_SetIgnoreDiscoveredServers(made, true), "servers");
  check(natsOptions_SetNoEcho(made, true), "no echo");
  check(natsOptions_SetSendAsap(made, true), "send at once");
  check(natsOptions_UseGlobalMessageDelivery(made, true), "threads");  // one, instead of one for each subject
  check(natsOptions_SetErrorHandler(made, callbacks.error, callbacks.closure), "callbacks");
  check(natsOptions_SetClosedCB(made, callbacks.closed, callbacks.closure), "callbacks");
  set_tls(made, access, url);
  set_account(made, access);
  return options;
}

}  // namespace amibroker::nats
