// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/simulator/ami_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "tests/simulator/ami_text.hpp"

namespace amibroker::sim {
namespace {

constexpr timeval kDeadline{.tv_sec = 10, .tv_usec = 0};

int connected(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &kDeadline, sizeof kDeadline);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  // The socket interface takes sockaddr for every family.
  if (::connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(made);
    throw std::runtime_error("connect");
  }
  return made;
}

}  // namespace

struct AmiClient::Tls {
  explicit Tls(const std::string& ca_file) {
    if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1) throw std::runtime_error("ca_file");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    tls = SSL_new(context);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), "127.0.0.1");
  }
  ~Tls() {
    SSL_free(tls);
    SSL_CTX_free(context);
  }
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* tls = nullptr;
};

AmiClient::AmiClient(const Server& server, const std::string& ca_file) : socket_(connected(server.ami_port())) {
  if (ca_file.empty()) return;
  tls_ = std::make_unique<Tls>(ca_file);
  SSL_set_fd(tls_->tls, socket_);
  if (SSL_connect(tls_->tls) != 1) {
    ::close(socket_);
    throw std::runtime_error("handshake");
  }
}

AmiClient::~AmiClient() { ::close(socket_); }

void AmiClient::send_raw(const std::string& bytes) {
  if (tls_) {
    static_cast<void>(SSL_write(tls_->tls, bytes.data(), static_cast<int>(bytes.size())));
  } else {
    static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
}

void AmiClient::send(const Fields& action) { send_raw(ami_text(action)); }

bool AmiClient::fill() {
  std::array<char, 4096> part{};
  const auto size = tls_ ? static_cast<ssize_t>(SSL_read(tls_->tls, part.data(), static_cast<int>(part.size())))
                         : ::recv(socket_, part.data(), part.size(), 0);
  if (size > 0) {
    input_.append(part.data(), static_cast<std::size_t>(size));
    return true;
  }
  reset_ = size < 0 && errno == ECONNRESET;
  ended_ = size == 0 || reset_;
  return false;
}

std::string AmiClient::line() {
  while (input_.find("\r\n") == std::string::npos) {
    if (!fill()) return {};
  }
  const auto end = input_.find("\r\n");
  auto result = input_.substr(0, end);
  input_.erase(0, end + 2);
  return result;
}

Fields AmiClient::message() {
  Fields fields;
  for (auto text = line(); !text.empty(); text = line()) {
    const auto colon = text.find(": ");
    fields.emplace_back(text.substr(0, colon), colon == std::string::npos ? "" : text.substr(colon + 2));
  }
  return fields;
}

Fields AmiClient::ask(const Fields& action) {
  send(action);
  return message();
}

std::vector<Fields> AmiClient::list(const std::string& action) {
  std::vector<Fields> messages{ask({{"Action", action}, {"ActionID", "l"}})};
  while (!messages.back().empty() && value_of(messages.back(), "EventList") != "Complete") {
    messages.push_back(message());
  }
  return messages;
}

Fields AmiClient::log_in(const std::string& events, const std::string& secret) {
  static_cast<void>(line());
  return ask({{"Action", "Login"}, {"Username", "broker"}, {"Secret", secret}, {"Events", events}});
}

bool AmiClient::is_quiet() { return value_of(ask({{"Action", "Ping"}}), "Ping") == "Pong"; }

bool AmiClient::has_nothing() const {
  char byte = 0;
  return input_.empty() && ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

bool AmiClient::at_end() {
  while (fill()) {
  }
  return ended_;
}

}  // namespace amibroker::sim
