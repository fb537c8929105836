// SPDX-License-Identifier: Apache-2.0
//
// Three servers of NATS that are one engine.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "tests/engine/nats_server.hpp"
#include "tests/engine/tcp_proxy.hpp"

namespace amibroker::engine_test {

/// Nodes 0 to 2; each way between two of them can be cut. One user thread.
class NatsCluster {
 public:
  static constexpr std::size_t size = 3;

  /// `folder`: for their files.
  explicit NatsCluster(const std::filesystem::path& folder);

  [[nodiscard]] NatsServer& node(std::size_t index) { return *nodes_.at(index); }
  /// Ends the routes between this node and both others, until `join`.
  void part(std::size_t index);
  void join(std::size_t index);
  /// Waits until each node that runs has routes to the two others; `log` of a node says more if it fails.
  [[nodiscard]] bool is_whole(std::chrono::milliseconds within = std::chrono::seconds(20));

 private:
  std::array<std::uint16_t, size> client_ports_{};
  std::array<std::uint16_t, size> watch_ports_{};
  std::map<std::pair<std::size_t, std::size_t>, std::unique_ptr<TcpProxy>> ways_;  // from, to
  std::array<std::unique_ptr<NatsServer>, size> nodes_;
};

}  // namespace amibroker::engine_test
