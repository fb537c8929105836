// SPDX-License-Identifier: Apache-2.0
//
// Signals as something that the loop reads, so that none ever interrupts a system call.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace amibroker::app {

/// Blocks SIGINT, SIGTERM and SIGUSR1 in this thread and in those that it starts from now on: before any other thread.
/// A handler would not do: libzmq gives up a call that a signal interrupts, and that looks like a broken socket.
void block_signals() noexcept;

/// Calls `on_signal` on the loop's thread for each signal of `block_signals`, also for one that came after
/// `block_signals` and before this object. Signals of the same number that wait are told once.
class Signals {
 public:
  /// Throws std::system_error where the process has no file descriptor left.
  Signals(boost::asio::io_context& io, std::function<void(int number)> on_signal);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void wait();
  void read_all();

  boost::asio::posix::stream_descriptor descriptor_;
  std::function<void(int number)> on_signal_;
};

}  // namespace amibroker::app
