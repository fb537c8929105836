// SPDX-License-Identifier: Apache-2.0
//
// A client that says byte for byte what a test wants.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace amibroker::control {

struct Reply {
  int status = 0;  ///< 0: none came
  std::string head{};
  std::string body{};

  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body); }
  [[nodiscard]] std::string error() const { return json().at("error").at("code").get<std::string>(); }
};

/// One connection. Nothing is waited for longer than 20 s.
class Client {
 public:
  explicit Client(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  explicit Client(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ~Client() {
    if (socket_ >= 0) ::close(socket_);
  }
  Client(Client&& other) noexcept : socket_(std::exchange(other.socket_, -1)), read_(std::move(other.read_)) {}
  Client& operator=(Client&&) = delete;

  [[nodiscard]] bool connected() const noexcept { return connected_; }

  /// False if the other end takes nothing any more.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  Reply get(const std::string& target, const std::string& headers = "Host: localhost\r\n") {
    send("GET " + target + " HTTP/1.1\r\n" + headers + "\r\n");
    return reply();
  }
  Reply post(const std::string& target, const std::string& body) {
    send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body);
    return reply();
  }

  /// The next one.
  Reply reply() {
    Reply reply;
    const auto end = wait_for("\r\n\r\n");
    if (!end) return reply;
    reply.head = read_.substr(0, *end);
    read_.erase(0, *end + 4);
    reply.status = std::atoi(reply.head.c_str() + std::string_view("HTTP/1.1 ").size());
    const auto length = reply.head.find("Content-Length: ");
    if (length == std::string::npos) return reply;
    const auto size = static_cast<std::size_t>(std::atoll(reply.head.c_str() + length + 16));
    while (read_.size() < size && more()) {
    }
    reply.body = read_.substr(0, size);
    read_.erase(0, size);
    return reply;
  }
  /// One event of a stream, without the empty line at its end; empty if the stream ended. Lines that say nothing but
  /// that the daemon is there are left out.
  std::string event() {
    for (;;) {
      const auto end = wait_for("\n\n");
      if (!end) return {};
      std::string event = read_.substr(0, *end);
      read_.erase(0, *end + 2);
      if (event != ":") return event;
    }
  }
  /// Where `text` begins in what came and was not taken; nothing if the connection ends before.
  std::optional<std::size_t> wait_for(std::string_view text) {
    for (;;) {
      if (const auto at = read_.find(text); at != std::string::npos) return at;
      if (!more()) return std::nullopt;
    }
  }
  /// Whether the other end closed, with nothing more to read.
  [[nodiscard]] bool is_closed() {
    while (more()) {
    }
    return !timed_out_ && read_.empty();
  }

 private:
  void connect(int family, const sockaddr* address, socklen_t size) {
    socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) throw std::runtime_error("no socket");
    const timeval limit{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    connected_ = ::connect(socket_, address, size) == 0;
  }
  bool more() {
    char buffer[16384];
    const auto size = ::recv(socket_, buffer, sizeof buffer, 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) timed_out_ = true;
    if (size <= 0) return false;
    read_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }

  int socket_ = -1;
  bool connected_ = false;
  bool timed_out_ = false;
  std::string read_;
};

}  // namespace amibroker::control
