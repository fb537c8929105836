// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/socket_set.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace amibroker::link::zeromq {
namespace {

// Enough to use the kernel well, few enough that one busy server cannot keep the others waiting for long.
constexpr int messages_a_turn = 256;

}  // namespace

SocketSet::SocketSet() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

SocketSet::~SocketSet() { ::close(epoll_); }

SocketSet::Handle SocketSet::attach(zmq::socket_ref socket, Drain drain) {
  const int fd = socket.get(zmq::sockopt::fd);
  if (free_.empty()) {
    entries_.emplace_back();
    free_.push_back(static_cast<Handle>(entries_.size() - 1));
  }
  const Handle handle = free_.back();
  auto entry = std::make_shared<Entry>(Entry{fd, std::move(drain)});
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = handle;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  free_.pop_back();
  entries_[handle] = std::move(entry);
  mark(handle);
  return handle;
}

void SocketSet::detach(Handle handle) {
  Entry& entry = *entries_[handle];
  entry.attached = false;
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, entry.fd, nullptr);
  if (!entry.marked) free_.push_back(handle);  // a marked handle is freed when its turn comes
}

void SocketSet::mark(Handle handle) {
  Entry& entry = *entries_[handle];
  if (entry.marked || !entry.attached) return;
  entry.marked = true;
  marked_.push_back(handle);
}

/// Marks every socket whose descriptor is ready; does not wait.
void SocketSet::collect() {
  std::array<epoll_event, 1024> ready;  // the kernel hands out those that are left first, the next time
  const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 0);
  for (int i = 0; i < count; ++i) mark(ready[static_cast<std::size_t>(i)].data.u32);
}

bool SocketSet::turn() {
  collect();
  turn_.swap(marked_);
  for (const Handle handle : turn_) {
    const std::shared_ptr<Entry> entry = entries_[handle];
    entry->marked = false;
    if (!entry->attached) {
      free_.push_back(handle);
      continue;
    }
    if (entry->drain(messages_a_turn) && entry->attached) mark(handle);
  }
  turn_.clear();
  return has_more();
}

}  // namespace amibroker::link::zeromq
