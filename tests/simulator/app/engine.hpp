// SPDX-License-Identifier: Apache-2.0
//
// The server of NATS that the brokers of several sites talk over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/engine/tcp_proxy.hpp"
#include "tests/simulator/app/child_process.hpp"

namespace amibroker::sim::app {

/// One nats-server on a free port of 127.0.0.1, which is gone with the object. One thread at a time.
class Engine {
 public:
  /// Brokers try until it listens, so nobody waits for that. Throws std::exception, which says what to do, if there is
  /// no such program.
  explicit Engine(const std::string& program);
  ~Engine() { process_->kill(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// For `[cluster] url`.
  [[nodiscard]] std::string url() const;
  /// By a way that can be cut.
  [[nodiscard]] std::string url_by_way() const;
  [[nodiscard]] engine_test::TcpProxy& way() noexcept { return way_; }

  /// Nothing while it runs, then how it ended, with the last lines of its log.
  [[nodiscard]] std::optional<std::string> ended();

 private:
  std::uint16_t port_;
  engine_test::TcpProxy way_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace amibroker::sim::app
