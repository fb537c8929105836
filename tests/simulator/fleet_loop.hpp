// SPDX-License-Identifier: Apache-2.0
//
// The thread of a fleet: owns all sockets, sleeps on their descriptors, runs commands of other threads. Private.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "tests/simulator/fleet.hpp"
#include "tests/simulator/server_core.hpp"

namespace amibroker::sim {

class Fleet::Loop {
 public:
  /// Opens all servers on the caller's thread, then starts its own.
  Loop(const std::vector<ServerOptions>& options, Signal& signal, Observer* observer);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  using Command = std::function<void(ServerCore&, Observer*)>;

  /// Any thread but the loop's: returns when the command has run.
  void run(ServerCore& core, const Command& command);

  [[nodiscard]] const std::vector<std::unique_ptr<ServerCore>>& cores() const noexcept { return cores_; }

 private:
  struct Queued {
    ServerCore* core;
    const Command* command;  // the caller waits, so it lives
  };

  // What the loop knows of one server.
  struct Watched {
    std::unique_ptr<ServerCore>* core;
    unsigned generation = 0;
    bool marked = false;  // to be looked at before the next sleep
  };

  void serve();
  void run_commands();
  void run_timers();
  /// True if more is waiting.
  bool work_on_marked();
  void mark(ServerCore& core);
  void watch(Watched& watched);
  [[nodiscard]] int sleep_ms() const;
  void sleep(int timeout_ms);

  Signal& signal_;
  Observer* observer_;
  zmq::context_t context_;
  std::vector<std::unique_ptr<ServerCore>> cores_;
  std::vector<Watched> watched_;
  int epoll_ = -1;
  int wake_ = -1;

  std::mutex mutex_;
  std::condition_variable executed_changed_;
  std::deque<Queued> commands_;  // guarded by mutex_
  std::uint64_t queued_ = 0;     // guarded by mutex_
  std::uint64_t executed_ = 0;   // guarded by mutex_
  bool stopping_ = false;        // guarded by mutex_
  std::thread thread_;
};

}  // namespace amibroker::sim
