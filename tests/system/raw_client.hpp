// SPDX-License-Identifier: Apache-2.0
//
// A client of the control socket that sees byte for byte what comes.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

namespace amibroker::system_test {

/// A client that reads what comes, until it has seen what it waits for.
class RawClient {
 public:
  RawClient(const std::string& path, const std::string& request) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const timeval patience{0, 100'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::send(socket_, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// Whether all of these come, in any order, after what was seen by the last call. `seen`: what came, for a failure.
  bool sees(const std::vector<std::string>& texts, std::string& seen) {
    const auto is_there = [&](const std::string& text) { return seen.find(text) != std::string::npos; };
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    char part[4096];
    for (seen.clear(); !std::all_of(texts.begin(), texts.end(), is_there);) {
      const ssize_t size = ::recv(socket_, part, sizeof part, 0);
      if (size == 0 || (size < 0 && errno != EAGAIN) || std::chrono::steady_clock::now() > deadline) return false;
      if (size > 0) seen.append(part, static_cast<std::size_t>(size));
    }
    return true;
  }

 private:
  int socket_;
};

inline std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

}  // namespace amibroker::system_test
