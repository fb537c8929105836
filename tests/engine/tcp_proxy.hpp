// SPDX-License-Identifier: Apache-2.0
//
// A way to a TCP port that can be cut.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace amibroker::engine_test {

/// Listens on a free port of 127.0.0.1 and passes each connection on, with a thread of its own.
class TcpProxy {
 public:
  explicit TcpProxy(std::uint16_t target);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Ends all connections, and each new one at once, until `mend`. Any thread.
  void cut() noexcept { state_ = State::cut; }
  /// From now on nothing is passed on, and nothing ends, as if the cable were out.
  void silence() noexcept { state_ = State::silent; }
  void mend() noexcept { state_ = State::open; }

 private:
  enum class State : std::uint8_t { open, cut, silent, over };
  struct Pipe;
  void work();
  void accept();
  static bool pass(int from, int to);

  const std::uint16_t target_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::atomic<State> state_{State::open};
  std::vector<std::unique_ptr<Pipe>> pipes_;
  std::thread thread_;
};

}  // namespace amibroker::engine_test
