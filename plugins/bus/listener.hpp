// SPDX-License-Identifier: Apache-2.0
//
// Makes a socket listen, now or later.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "amibroker/host.hpp"
#include "plugins/bus/complaints.hpp"

namespace amibroker::bus {

/// Tries until it works: at a reload the instance from before still listens at the same port for a moment, and an
/// address may come later than the broker. The thread with the sockets.
class Listener {
 public:
  /// `what`: of the socket, for the log: the name of its option. `endpoint`: as libzmq takes it.
  Listener(Host& host, Complaints& complaints, std::string what, std::string endpoint)
      : host_(host), complaints_(complaints), what_(std::move(what)), endpoint_(std::move(endpoint)) {}

  [[nodiscard]] bool listens() const noexcept { return listens_; }
  /// Does nothing if it listens already, or if the last attempt was just now.
  void attempt(zmq::socket_t& socket);

  static constexpr std::chrono::milliseconds pause{250};

 private:
  static constexpr int attempts_without_a_line = 8;

  Host& host_;
  Complaints& complaints_;
  const std::string what_;
  const std::string endpoint_;
  bool listens_ = false;
  int attempts_ = 0;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace amibroker::bus
