// SPDX-License-Identifier: Apache-2.0
//
// As much of an MQTT 3.1.1 broker as the tests need: it keeps what is retained, and does what a test says.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace mqtt::testing {

using Retained = std::map<std::string, std::string>;

/// Listens on a free port of 127.0.0.1 with a thread of its own. One client at a time.
class Broker {
 public:
  enum class Way {
    serves,
    refuses,  ///< says that the client is not authorised
    silent,   ///< accepts connections, and reads and says nothing
    dead,     ///< ends each connection at once, and has forgotten all; nobody publishes a last will
  };

  Broker() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 5) != 0 || ::getsockname(listener_, any, &size) != 0)
      throw std::runtime_error("no port");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { work(); });
  }
  ~Broker() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    thread_.join();
    if (client_ >= 0) ::close(client_);
    ::close(listener_);
  }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  [[nodiscard]] int port() const noexcept { return port_; }

  void set(Way way) {
    const std::lock_guard lock(mutex_);
    way_ = way;
  }
  [[nodiscard]] Retained retained() const {
    const std::lock_guard lock(mutex_);
    return retained_;
  }
  [[nodiscard]] std::size_t topics() const {
    const std::lock_guard lock(mutex_);
    return retained_.size();
  }
  [[nodiscard]] std::size_t messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  [[nodiscard]] std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  /// Waits until something came, but not for longer than that.
  void wait_for_change(std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most);
  }
  /// The bytes of the last CONNECT, without its header.
  [[nodiscard]] std::string connect() const {
    const std::lock_guard lock(mutex_);
    return connect_;
  }
  /// Whether the last client said goodbye.
  [[nodiscard]] bool was_left() const {
    const std::lock_guard lock(mutex_);
    return was_left_;
  }

 private:
  void work() {
    while (true) {
      Way way{};
      {
        const std::lock_guard lock(mutex_);
        if (over_) return;
        way = way_;
      }
      if (way == Way::dead) forget();
      const int reads = way == Way::silent ? -1 : client_;
      std::array<pollfd, 2> both{{{client_ < 0 ? listener_ : -1, POLLIN, 0}, {reads, POLLIN, 0}}};
      ::poll(both.data(), both.size(), 5);
      if (both[0].revents != 0) accept();
      if (both[1].revents != 0) read(way);
    }
  }

  void accept() {
    client_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    ++connections_;
    changed_.notify_all();
  }

  void forget() {
    hang_up();
    const std::lock_guard lock(mutex_);
    retained_.clear();
  }

  void hang_up() {
    if (client_ < 0) return;
    ::close(std::exchange(client_, -1));
    bytes_.clear();
  }

  void read(Way way) {
    std::array<char, 65536> buffer{};
    const ssize_t count = ::recv(client_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return hang_up();
    bytes_.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    while (const auto packet = next(begin)) handle(packet->first, packet->second, way);
    changed_.notify_all();
    if (client_ >= 0) bytes_.erase(0, begin);
  }

  /// The first byte of a packet that came whole, and what it holds.
  std::optional<std::pair<std::uint8_t, std::string_view>> next(std::size_t& begin) const {
    std::size_t at = begin + 1;
    std::size_t length = 0;
    for (unsigned shift = 0; at < bytes_.size(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(bytes_[at++]);
      length |= static_cast<std::size_t>(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (bytes_.size() - at < length) break;
      const auto first = static_cast<std::uint8_t>(bytes_[begin]);
      begin = at + length;
      return std::pair(first, std::string_view(bytes_).substr(at, length));
    }
    return std::nullopt;
  }

  void handle(std::uint8_t first, std::string_view body, Way way) {
    switch (first >> 4) {
      case 1: return connected(body, way);
      case 3: return published(first, body);
      case 6: return answer({0x70, 2, body[0], body[1]});  // PUBREL
      case 12: return answer({static_cast<char>(0xd0), 0});
      case 14: {
        const std::lock_guard lock(mutex_);
        was_left_ = true;
      }
    }
  }

  void connected(std::string_view body, Way way) {
    const std::lock_guard lock(mutex_);
    connect_ = body;
    was_left_ = false;
    answer({0x20, 2, 0, way == Way::refuses ? '\5' : '\0'});
  }

  void published(std::uint8_t first, std::string_view body) {
    const auto length =
        static_cast<std::size_t>(static_cast<std::uint8_t>(body[0]) << 8 | static_cast<std::uint8_t>(body[1]));
    const std::string topic(body.substr(2, length));
    body.remove_prefix(2 + length);
    if (const int qos = first >> 1 & 3; qos > 0) {
      answer({qos == 1 ? '\x40' : '\x50', 2, body[0], body[1]});
      body.remove_prefix(2);
    }
    const std::lock_guard lock(mutex_);
    ++messages_;
    if ((first & 1) == 0) return;
    if (body.empty()) retained_.erase(topic);
    else retained_[topic] = body;
  }

  void answer(std::string_view bytes) const {
    static_cast<void>(::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  void answer(std::initializer_list<char> bytes) const { answer(std::string_view(bytes.begin(), bytes.size())); }

  const int listener_;
  int port_ = 0;
  int client_ = -1;
  std::string bytes_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  Way way_ = Way::serves;
  bool over_ = false;
  bool was_left_ = false;
  std::size_t messages_ = 0;
  std::size_t connections_ = 0;
  std::string connect_;
  Retained retained_;
  std::thread thread_;
};

}  // namespace mqtt::testing
