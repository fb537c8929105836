// SPDX-License-Identifier: Apache-2.0
//
// One accepted TCP connection with its buffers: reads as much as there is, writes as much as fits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace amibroker::bench {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }

  int get() const { return fd_; }
  void reset();

 private:
  int release();

  int fd_;
};

class Connection {
 public:
  explicit Connection(Descriptor socket);

  int fd() const { return socket_.get(); }

  /// False when the other side is gone.
  bool receive();
  std::string_view input() const { return {in_.data() + in_begin_, in_end_ - in_begin_}; }
  void consume(std::size_t bytes) { in_begin_ += bytes; }

  std::string& output() { return out_; }
  bool has_output() const { return out_begin_ < out_.size(); }
  /// Sends what fits; false when the other side is gone.
  bool flush();

 private:
  void make_room();

  Descriptor socket_;
  std::vector<char> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::string out_;
  std::size_t out_begin_ = 0;
};

}  // namespace amibroker::bench
