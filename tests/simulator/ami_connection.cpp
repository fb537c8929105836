// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/ami_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace amibroker::sim {
namespace {

bool would_block() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

AmiConnection::AmiConnection(int socket, SSL_CTX* tls) : socket_(socket) {
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (tls) tls_.emplace(*tls);
}

AmiConnection::~AmiConnection() { close(); }

bool AmiConnection::receive(std::string& plain) {
  std::array<char, 65536> part{};
  while (is_open()) {
    const auto size = ::recv(socket_, part.data(), part.size(), 0);
    if (size < 0) return would_block();
    if (size == 0) return false;
    const std::string_view bytes(part.data(), static_cast<std::size_t>(size));
    if (!tls_) {
      plain.append(bytes);
      continue;
    }
    const bool good = tls_->receive(bytes, plain);
    if (!flush() || !good) return false;
  }
  return false;
}

void AmiConnection::send(std::string_view plain) {
  if (tls_) {
    tls_->send(plain);
  } else {
    output_.append(plain);
  }
  flush();
}

bool AmiConnection::flush() {
  if (!is_open()) return false;
  if (tls_) tls_->take_output(output_);
  if (held_) return true;
  std::size_t sent = 0;
  bool broken = false;
  while (sent < output_.size() && !broken) {
    const auto size = ::send(socket_, output_.data() + sent, output_.size() - sent, MSG_NOSIGNAL);
    if (size < 0) {
      if (would_block()) break;
      broken = true;
    } else {
      sent += static_cast<std::size_t>(size);
    }
  }
  output_.erase(0, sent);
  if (output_.empty()) {
    stuck_since_.reset();
  } else if (sent > 0 || !stuck_since_) {
    stuck_since_ = Clock::now();
  }
  return !broken;
}

void AmiConnection::close() {
  if (!is_open()) return;
  if (tls_) tls_->close();
  flush();
  ::close(socket_);
  socket_ = -1;
}

void AmiConnection::reset() {
  if (!is_open()) return;
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(socket_);
  socket_ = -1;
}

}  // namespace amibroker::sim
