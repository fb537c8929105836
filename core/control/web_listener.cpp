// SPDX-License-Identifier: Apache-2.0
#include "core/control/web_listener.hpp"

#include <openssl/ssl.h>

#include <sstream>
#include <stdexcept>
#include <utility>

namespace amibroker::control {

namespace asio = boost::asio;
using Error = boost::system::error_code;

namespace {

std::string text_of(const WebListener::Endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

std::shared_ptr<const WebRules> rules_of(const WebListener::Settings& settings) {
  return std::make_shared<const WebRules>(
      WebRules{settings.hosts, settings.token, random_cookie(), settings.tls != nullptr});
}

}  // namespace

std::shared_ptr<asio::ssl::context> make_tls(const std::string& certificate_file, const std::string& key_file) {
  auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  ::SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
  ::SSL_CTX_set_options(tls->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  Error error;
  // Without this OpenSSL would ask at the terminal.
  tls->set_password_callback([](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, error);
  tls->use_certificate_chain_file(certificate_file, error);
  if (error) throw std::runtime_error(certificate_file + " is no certificate in PEM form: " + error.message());
  tls->use_private_key_file(key_file, asio::ssl::context::pem, error);
  if (error)
    throw std::runtime_error(key_file + " is not the key of " + certificate_file +
                             " in PEM form, without a password: " + error.message());
  return tls;
}

WebListener::WebListener(asio::io_context& io, const Session::Context& context, Settings settings)
    : context_(context),
      tls_(settings.tls),
      rules_(rules_of(settings)),
      crowd_(std::make_shared<Crowd>(most_sessions)),
      acceptor_(io, [this](Tcp::socket socket) { take(std::move(socket)); }) {
  open(settings.endpoint);
  acceptor_.run();
}

void WebListener::open(const Endpoint& endpoint) {
  auto& socket = acceptor_.socket();
  Error error;
  socket.open(endpoint.protocol(), error);
  // Only for what an earlier life left behind: two that listen are still an error.
  if (!error) socket.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) socket.bind(endpoint, error);
  if (!error) socket.listen(asio::socket_base::max_listen_connections, error);
  if (!error) endpoint_ = socket.local_endpoint(error);
  if (error)
    throw std::runtime_error("the web listener " + text_of(endpoint) + " cannot be opened: " + error.message() +
                             "; see what has this port (ss -ltnp), or choose another one in [http]");
}

void WebListener::close() {
  acceptor_.close();
  crowd_->close();
}

void WebListener::take(Tcp::socket socket) {
  Error error;
  const auto own = socket.local_endpoint(error);
  const auto peer = error ? Endpoint() : socket.remote_endpoint(error);
  if (error || !crowd_->make_room()) return;  // closed with the socket
  const auto session = std::make_shared<Session>(
      std::move(socket), tls_.get(), std::make_unique<WebGuard>(rules_, own.address(), text_of(peer)), context_,
      [crowd = crowd_, tls = tls_](Session* ended) { crowd->remove(ended); });
  crowd_->add(session.get());
  session->start();
}

}  // namespace amibroker::control
