// SPDX-License-Identifier: Apache-2.0
//
// The one place that knows when a ZeroMQ socket must be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>
#include <zmq.hpp>

#include "core/base/work_source.hpp"

namespace amibroker::link::zeromq {

/// Watches many ZeroMQ sockets by their ZMQ_FD, all in one epoll descriptor.
///
/// A socket's descriptor only says that libzmq has commands for the socket. Any send or receive may take these
/// commands in, and with them the only sign of a message that has arrived. So each operation on a socket must `mark`
/// it, and the loop may sleep only when every marked socket was read until it had nothing more.
///
/// One thread. Callbacks may attach, detach and mark.
class SocketSet final : public base::WorkSource {
 public:
  /// Reads at most `budget` messages from a socket. Returns false once the socket had nothing more to read.
  using Drain = std::function<bool(int budget)>;
  using Handle = std::uint32_t;

  SocketSet();
  ~SocketSet();
  SocketSet(const SocketSet&) = delete;
  SocketSet& operator=(const SocketSet&) = delete;

  /// Watches a socket, which must stay open until it is detached, and marks it. Throws std::system_error if the kernel
  /// has no room, and zmq::error_t if the socket is not one; then nothing has changed.
  Handle attach(zmq::socket_ref socket, Drain drain);
  void detach(Handle handle);

  /// Says that the socket was used or may be readable.
  void mark(Handle handle);

  /// Gives each socket that is ready or marked one turn. Some may be marked afterwards.
  bool turn() override;
  [[nodiscard]] bool has_more() const noexcept override { return !marked_.empty(); }
  [[nodiscard]] int descriptor() const noexcept override { return epoll_; }

 private:
  void collect();

  struct Entry {
    int fd;
    Drain drain;
    bool marked = false;
    bool attached = true;
  };
  int epoll_;
  std::vector<std::shared_ptr<Entry>> entries_;  // shared: a callback may detach the socket that it serves
  std::vector<Handle> free_;
  std::vector<Handle> marked_;
  std::vector<Handle> turn_;
};

}  // namespace amibroker::link::zeromq
