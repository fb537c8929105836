// SPDX-License-Identifier: Apache-2.0
//
// Signals are read from descriptors, so that none ever interrupts a system call.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace amibroker::app {

/// Blocks SIGINT, SIGTERM, SIGHUP and SIGUSR1 in this thread and in those that it starts from now on, so call it before
/// any other thread runs. A handler would not do: libzmq gives up a call that a signal interrupts, and that looks like
/// a broken socket. SIGPIPE and SIGUSR2 are ignored from now on, in the whole process. What the starter of the process
/// had set for these six signals no longer counts.
void prepare_signals() noexcept;

/// A signalfd, non-blocking, that reads SIGINT and SIGTERM; the caller's. Throws std::system_error if the process has
/// no file descriptor left.
[[nodiscard]] int open_end_signals();

/// Calls `on_signal` on the loop's thread for each SIGHUP and SIGUSR1, also for one that came after `prepare_signals`
/// and before this object. Signals of the same number that wait are reported once.
class Signals {
 public:
  /// Throws std::system_error if the process has no file descriptor left.
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
