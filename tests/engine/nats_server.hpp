// SPDX-License-Identifier: Apache-2.0
//
// A process of nats-server.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace amibroker::engine_test {

/// A TCP port of 127.0.0.1 that nobody used a moment ago.
[[nodiscard]] std::uint16_t free_port();

/// Whether something listens there.
[[nodiscard]] bool is_open(std::uint16_t port);

/// One server of the engine, which is dead when the object is. One user thread.
class NatsServer {
 public:
  /// `config`: its file, written by the caller. Its log goes beside it, to `NAME.log`. Waits until the port is open.
  NatsServer(std::filesystem::path config, std::uint16_t port);
  ~NatsServer();
  NatsServer(const NatsServer&) = delete;
  NatsServer& operator=(const NatsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }
  /// After a kill. Throws std::runtime_error if the port does not open within 10 s.
  void start();
  /// SIGKILL, and waits until it is gone. Also of one that is frozen.
  void kill() noexcept;
  void freeze() const noexcept;
  void thaw() const noexcept;
  [[nodiscard]] bool runs() const noexcept { return process_ > 0; }
  [[nodiscard]] std::string log() const;

 private:
  std::filesystem::path config_;
  std::uint16_t port_;
  pid_t process_ = -1;
};

/// Calls `is_so` until it is true; false at the deadline.
template <typename IsSo>
[[nodiscard]] bool wait_until(std::chrono::milliseconds within, IsSo&& is_so);

/// For a moment, in a wait for something that nobody tells us of.
void pause_a_moment();

template <typename IsSo>
bool wait_until(std::chrono::milliseconds within, IsSo&& is_so) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    pause_a_moment();
  }
  return true;
}

}  // namespace amibroker::engine_test
