// SPDX-License-Identifier: Apache-2.0
//
// A client of one simulated server, as small as possible: what arrives is what was on the wire. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "tests/simulator/server.hpp"

namespace amibroker::sim {

class Client {
 public:
  /// Connects. Subscribes to `topic`.
  explicit Client(const Server& server, const std::string& topic = "{");

  /// Sends an action behind the empty frame of a request.
  void send(std::string_view action);
  /// Any frames, without that frame.
  void send_raw(const std::vector<std::string>& frames);

  /// The next reply without its delimiter, or the next event, as frames. Nothing at the deadline (10 s).
  [[nodiscard]] std::optional<std::vector<std::string>> next_reply();
  [[nodiscard]] std::optional<std::vector<std::string>> next_event();

  /// A reply of one frame; empty where there was none in time.
  [[nodiscard]] std::string ask(std::string_view action);
  /// An event of one frame; empty where there was none in time.
  [[nodiscard]] std::string event();

  /// A Setvar as JSON.
  [[nodiscard]] static std::string setvar(const std::string& id, const std::string& device, const std::string& state);
  [[nodiscard]] static std::string ping(const std::string& id);

 private:
  zmq::context_t context_;
  zmq::socket_t commands_;
  zmq::socket_t events_;
};

}  // namespace amibroker::sim
