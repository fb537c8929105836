// SPDX-License-Identifier: Apache-2.0
//
// What the other end of the socket may do to the one who reads it.
#include "core/host/isolated_channel.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string>

namespace amibroker::host::isolated {
namespace {

/// As much as the socket takes of a frame again and again, each whole.
class EndlessSender {
 public:
  explicit EndlessSender(int socket) : socket_(socket) {
    const std::uint32_t length = frame_bytes - sizeof length;
    std::memcpy(frame_.data(), &length, sizeof length);
    frame_[sizeof length] = static_cast<char>(Kind::pong);
  }
  void fill() {
    for (;;) {
      const auto sent = ::send(socket_, frame_.data() + sent_, frame_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent <= 0) return;
      sent_ = (sent_ + static_cast<std::size_t>(sent)) % frame_.size();
    }
  }

 private:
  static constexpr std::size_t frame_bytes = 16384;

  int socket_;
  std::string frame_ = std::string(frame_bytes, '\0');
  std::size_t sent_ = 0;
};

// A child of the plugin's process keeps the socket, and goes on after the process has ended.
TEST(IsolatedChannel, OneThatWritesWithoutEndHoldsNobodyWhoTakesWhatIsThere) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Descriptor theirs(ends[1]);
  base::EventLoop loop;
  EndlessSender sender(theirs.get());
  sender.fill();
  std::size_t frames = 0;
  const auto longest = [](Kind) { return std::size_t{1} << 20; };
  const auto take = [&](Kind, std::string_view) {
    // It ends far above what one call may take, so that a fault fails instead of hanging.
    if (++frames < 100'000) sender.fill();
  };
  Channel channel(loop, Descriptor(ends[0]), longest, {take, [](const std::string&) {}, [] {}});
  channel.drive();
  EXPECT_GT(frames, 100U);
  EXPECT_LT(frames, 100'000U);
}

}  // namespace
}  // namespace amibroker::host::isolated
