// SPDX-License-Identifier: Apache-2.0
//
// A network and a /etc of the test's own: name servers and hosts as it likes, and nothing of the machine is changed.
#pragma once

#include <cstdint>
#include <string>

namespace amibroker::system_test {

/// Moves this thread, and the threads and processes that it starts from now on, into a network with nothing but
/// 127.0.0.0/8 and ::1, and into a /etc whose names are looked up in its own hosts file first, then at a name server
/// that never answers (a look-up takes longer than any test). Once a process; needs root. Returns why that is not
/// allowed here, or nothing. Throws std::runtime_error if it is allowed, but fails.
[[nodiscard]] std::string enter_own_network();

/// The hosts file from now on. After enter_own_network only.
void write_hosts(const std::string& text);

/// A port of 127.0.0.2 that drops all packets, as behind a firewall or a cable that is cut. Throws std::runtime_error.
class DeadPort {
 public:
  explicit DeadPort(std::uint16_t port);
  ~DeadPort();
  DeadPort(const DeadPort&) = delete;
  DeadPort& operator=(const DeadPort&) = delete;

 private:
  int socket_;
};

}  // namespace amibroker::system_test
