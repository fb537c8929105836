// SPDX-License-Identifier: Apache-2.0
//
// One end of the socket between the daemon and a helper process.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/event_loop.hpp"
#include "core/host/isolated_frames.hpp"
#include "core/host/isolated_process.hpp"

namespace amibroker::host::isolated {

/// Frames in both directions. What is sent goes out in one flush a round of the loop; nothing here ever waits.
/// Loop's thread only.
class Channel {
 public:
  struct Calls {
    /// A frame arrived; `body` is valid during the call. May throw BadFrame. Must not destroy the channel.
    std::function<void(Kind kind, std::string_view body)> frame;
    /// The other end is gone, or sent what cannot be read: `why` says it, and is empty for an orderly end. Once; after
    /// it nothing is read or sent.
    std::function<void(const std::string& why)> closed;
    /// What waited to be sent has gone down to half of `congestion`, or less.
    std::function<void()> drained;
  };

  /// More than so many bytes that wait make the channel congested.
  static constexpr std::size_t congestion = std::size_t{16} << 20;

  /// Most bytes that the body of an arriving frame of this kind may have.
  using Longest = std::size_t (*)(Kind kind);

  Channel(base::EventLoop& loop, Descriptor socket, Longest longest, Calls calls);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Sends one frame, whose body `write(FrameWriter&)` writes. It may throw, and nothing is sent then.
  template <typename Write>
  void send(Kind kind, Write&& write) {
    if (is_closed_) return;
    FrameWriter frame(output_, kind);
    write(frame);
    frame.end();
    want_flush();
  }
  void send(Kind kind) {
    send(kind, [](FrameWriter&) {});
  }

  [[nodiscard]] std::size_t waiting() const noexcept { return output_.size() - sent_; }
  [[nodiscard]] bool congested() const noexcept { return waiting() > congestion; }
  [[nodiscard]] bool closed() const noexcept { return is_closed_; }
  /// For a caller that waits for it without the loop.
  [[nodiscard]] int descriptor() { return socket_.native_handle(); }

  /// Reads and sends what it can now, without the loop. Not from inside `Calls::frame`.
  void drive();
  /// Sends all that waits, without the loop, for at most so long. Reads nothing.
  void send_all(std::chrono::milliseconds limit);

 private:
  void want_flush();
  void flush();
  void wait_for_input();
  void wait_for_room();
  bool read_some();
  void take_frames();
  void close(const std::string& why);

  base::EventLoop& loop_;
  boost::asio::posix::stream_descriptor socket_;
  Longest longest_;
  Calls calls_;
  std::string output_;
  std::size_t sent_ = 0;  // of output_
  std::string input_;
  std::size_t filled_ = 0;  // of input_
  bool flush_wanted_ = false;
  bool waits_for_room_ = false;
  bool was_congested_ = false;
  bool is_closed_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();  // what waits in the loop may run when this is gone
};

}  // namespace amibroker::host::isolated
