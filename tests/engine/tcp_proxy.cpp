// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace amibroker::engine_test {
namespace {

constexpr int look_ms = 5;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void no_delay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

/// Both ends of one connection.
struct TcpProxy::Pipe {
  Pipe(int near_, int far_) noexcept : near(near_), far(far_) {}
  ~Pipe() {
    ::close(near);
    ::close(far);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  const int near;
  const int far;
};

TcpProxy::TcpProxy(std::uint16_t target)
    : target_(target), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 50) != 0 || ::getsockname(listener_, any, &size) != 0)
    throw std::runtime_error("no port for a proxy");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { work(); });
}

TcpProxy::~TcpProxy() {
  state_ = State::over;
  thread_.join();
  pipes_.clear();
  ::close(listener_);
}

void TcpProxy::work() {
  while (state_ != State::over) {
    if (state_ == State::cut) pipes_.clear();
    const bool passes = state_ != State::silent;
    std::vector<pollfd> polled{{passes ? listener_ : -1, POLLIN, 0}};
    for (const auto& pipe : pipes_) {
      polled.push_back({passes ? pipe->near : -1, POLLIN, 0});
      polled.push_back({passes ? pipe->far : -1, POLLIN, 0});
    }
    ::poll(polled.data(), polled.size(), look_ms);
    std::vector<std::unique_ptr<Pipe>> left;
    for (std::size_t i = 0; i < pipes_.size(); ++i) {
      auto& pipe = pipes_[i];
      const bool goes_on = (polled[1 + 2 * i].revents == 0 || pass(pipe->near, pipe->far)) &&
                           (polled[2 + 2 * i].revents == 0 || pass(pipe->far, pipe->near));
      if (goes_on) left.push_back(std::move(pipe));
    }
    pipes_ = std::move(left);
    if (polled[0].revents != 0) accept();
  }
}

void TcpProxy::accept() {
  const int near = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (near < 0) return;
  const int far = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto pipe = std::make_unique<Pipe>(near, far);
  const sockaddr_in address = loopback(target_);
  if (state_ == State::cut || ::connect(far, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  no_delay(near);
  no_delay(far);
  pipes_.push_back(std::move(pipe));
}

/// What is there, to the other end. False at the end.
bool TcpProxy::pass(int from, int to) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  for (ssize_t sent = 0; sent < count;) {
    const ssize_t more = ::send(to, buffer.data() + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
    if (more < 0) return false;
    sent += more;
  }
  return count > 0;
}

}  // namespace amibroker::engine_test
