// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace amibroker::bench {

namespace {

// Large enough that a busy connection costs few system calls, small enough that 100 of them stay in the cache's reach.
constexpr std::size_t kInputSize = 128 * 1024;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

int Descriptor::release() { return std::exchange(fd_, -1); }

Connection::Connection(Descriptor socket) : socket_(std::move(socket)), in_(kInputSize) {}

void Connection::make_room() {
  if (in_begin_ == in_end_) {
    in_begin_ = in_end_ = 0;
    return;
  }
  if (in_end_ < in_.size()) return;
  if (in_begin_ == 0) {  // one frame larger than the buffer
    in_.resize(in_.size() * 2);
    return;
  }
  std::copy(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_), in_.begin() + static_cast<std::ptrdiff_t>(in_end_),
            in_.begin());
  in_end_ -= in_begin_;
  in_begin_ = 0;
}

bool Connection::receive() {
  make_room();
  const auto got = ::recv(fd(), in_.data() + in_end_, in_.size() - in_end_, MSG_DONTWAIT);
  if (got < 0) return would_block();
  in_end_ += static_cast<std::size_t>(got);
  return got > 0;
}

bool Connection::flush() {
  while (has_output()) {
    const auto sent = ::send(fd(), out_.data() + out_begin_, out_.size() - out_begin_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return would_block();
    out_begin_ += static_cast<std::size_t>(sent);
  }
  out_.clear();
  out_begin_ = 0;
  return true;
}

}  // namespace amibroker::bench
