// SPDX-License-Identifier: Apache-2.0
//
// N simulated Asterisk servers in one process, all on one thread of the fleet's own.
//
//     sim::Fleet fleet(3);
//     … start a broker with fleet[0].command_port() and so on …
//     ASSERT_TRUE(fleet.wait_for_broker(sim::Clock::now() + 10s));
//     fleet[0].set_device_state("PJSIP/100", sim::DeviceState::ringing);
//     ASSERT_TRUE(fleet.wait_until(sim::Clock::now() + 5s, [&] {
//       return fleet[1].device_state("Custom:PJSIP/100") == sim::DeviceState::ringing; }));
//
// Any thread may use a fleet; it has to outlive the use of its servers. No test has to sleep or to poll.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "tests/simulator/observer.hpp"
#include "tests/simulator/server.hpp"
#include "tests/simulator/signal.hpp"

namespace amibroker::sim {

class Fleet {
 public:
  /// Servers with the system names `a1`, `a2`, … and free ports. Otherwise as below.
  explicit Fleet(std::size_t servers, const ServerOptions& options = {}, Observer* observer = nullptr);

  /// One server for each of the options; all listen when this returns. `observer` has to outlive the fleet.
  /// Raises the soft limit of open files if the servers need it. Throws std::runtime_error or zmq::error_t.
  explicit Fleet(const std::vector<ServerOptions>& options, Observer* observer = nullptr);

  /// Closes everything; returns when the thread has ended.
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  [[nodiscard]] std::size_t size() const noexcept;
  /// Throws std::out_of_range.
  [[nodiscard]] Server& operator[](std::size_t index);
  [[nodiscard]] std::vector<Server>& servers() noexcept;
  [[nodiscard]] const std::vector<Server>& servers() const noexcept;

  /// Waits until `predicate()` is true: it is asked at first, and after whatever changes on any server. It may query
  /// servers. False at the deadline.
  [[nodiscard]] bool wait_until(Clock::time_point deadline, const std::function<bool()>& predicate);

  /// Waits until somebody listens to the events of all living servers and sent each of them an action.
  [[nodiscard]] bool wait_for_broker(Clock::time_point deadline);

 private:
  friend class Server;
  class Loop;

  /// Runs `command` on the fleet's thread and waits for it.
  void run(ServerCore& core, const std::function<void(ServerCore&, Observer*)>& command);

  Signal signal_;
  std::unique_ptr<Loop> loop_;
  std::vector<Server> servers_;
};

}  // namespace amibroker::sim
