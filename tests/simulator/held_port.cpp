// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/held_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace amibroker::sim {

bool HeldPort::take(std::uint16_t port) {
  if (held()) return true;
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) throw std::system_error(errno, std::generic_category(), "socket");
  // With this option on both sides, libzmq can listen on the port while it is held, and TIME_WAIT is no obstacle.
  const int on = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  // The socket interface takes sockaddr for every family.
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(made, generic, size) != 0 || ::getsockname(made, generic, &size) != 0) {
    ::close(made);
    return false;
  }
  socket_ = made;
  port_ = ntohs(address.sin_port);
  return true;
}

void HeldPort::release() noexcept {
  if (held()) ::close(socket_);
  socket_ = -1;
}

}  // namespace amibroker::sim
