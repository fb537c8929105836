// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_channel.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace amibroker::host::isolated {
namespace {

constexpr std::size_t read_bytes = std::size_t{64} << 10;
/// What is read at one turn; then it is the others' turn.
constexpr int reads_at_a_turn = 4;
/// More than a socket holds. What comes after that is written by somebody who still runs, and has no end.
constexpr int reads_at_once = 256;
/// A buffer that grew beyond this is given back once it is empty.
constexpr std::size_t kept_bytes = std::size_t{1} << 20;
constexpr std::size_t head = sizeof(std::uint32_t);

std::string error_text() { return std::generic_category().message(errno); }

}  // namespace

Channel::Channel(base::EventLoop& loop, Descriptor socket, Longest longest, Calls calls)
    : loop_(loop), socket_(loop.io(), socket.release()), longest_(longest), calls_(std::move(calls)) {
  wait_for_input();
}

Channel::~Channel() = default;

void Channel::want_flush() {
  if (congested()) was_congested_ = true;
  if (std::exchange(flush_wanted_, true) || waits_for_room_) return;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) flush();
  });
}

void Channel::flush() {
  flush_wanted_ = false;
  while (!is_closed_ && waiting() > 0) {
    const auto sent = ::send(socket_.native_handle(), output_.data() + sent_, waiting(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      sent_ += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return close(errno == EPIPE ? std::string() : error_text());
    break;
  }
  if (waiting() == 0) {
    output_.clear();
    if (output_.capacity() > kept_bytes) std::string().swap(output_);
    sent_ = 0;
  } else {
    if (sent_ > waiting()) {
      output_.erase(0, sent_);
      sent_ = 0;
    }
    wait_for_room();
  }
  if (was_congested_ && waiting() <= congestion / 2) {
    was_congested_ = false;
    calls_.drained();
  }
}

void Channel::wait_for_room() {
  if (std::exchange(waits_for_room_, true)) return;
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                     [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                       if (alive.expired() || error) return;
                       loop_.woken();
                       waits_for_room_ = false;
                       flush();
                     });
}

void Channel::wait_for_input() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                       if (alive.expired() || error) return;
                       loop_.woken();
                       for (int i = 0; i < reads_at_a_turn && read_some(); ++i) {
                       }
                       if (!is_closed_) wait_for_input();
                     });
}

void Channel::drive() {
  if (!is_closed_) flush();
  for (int i = 0; i < reads_at_once && !is_closed_ && read_some(); ++i) {
  }
}

void Channel::send_all(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (flush(); !is_closed_ && waiting() > 0; flush()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    pollfd room{socket_.native_handle(), POLLOUT, 0};
    ::poll(&room, 1, static_cast<int>(left.count()));
  }
}

/// True if more may be there.
bool Channel::read_some() {
  if (is_closed_) return false;
  if (input_.size() < filled_ + read_bytes) input_.resize(filled_ + read_bytes);
  const auto got = ::recv(socket_.native_handle(), input_.data() + filled_, input_.size() - filled_, MSG_DONTWAIT);
  if (got == 0) {
    close({});
    return false;
  }
  if (got < 0) {
    if (errno == EINTR) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) close(errno == ECONNRESET ? std::string() : error_text());
    return false;
  }
  const bool was_full = static_cast<std::size_t>(got) == input_.size() - filled_;
  filled_ += static_cast<std::size_t>(got);
  try {
    take_frames();
  } catch (const BadFrame& bad) {
    close(bad.what());
  }
  return was_full;
}

void Channel::take_frames() {
  std::size_t taken = 0;
  while (filled_ - taken > head && !is_closed_) {
    std::uint32_t length = 0;
    std::memcpy(&length, input_.data() + taken, head);
    if (length == 0 || length - 1 > longest_(static_cast<Kind>(input_[taken + head])))
      throw BadFrame("a frame of " + std::to_string(length) + " bytes");
    if (filled_ - taken - head < length) break;
    const char* const frame = input_.data() + taken + head;
    taken += head + length;
    calls_.frame(static_cast<Kind>(*frame), {frame + 1, length - 1});
  }
  if (taken == 0) return;
  std::memmove(input_.data(), input_.data() + taken, filled_ - taken);
  filled_ -= taken;
  if (filled_ == 0 && input_.size() > kept_bytes) std::string().swap(input_);
}

void Channel::close(const std::string& why) {
  if (std::exchange(is_closed_, true)) return;
  calls_.closed(why);
}

}  // namespace amibroker::host::isolated
