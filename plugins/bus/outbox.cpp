// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/outbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace amibroker::bus {
namespace {

constexpr std::size_t overhead_bytes = 200;

}  // namespace

Outbox::Outbox() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Outbox::~Outbox() { ::close(wake_); }

bool Outbox::publish(std::string_view topic, std::uint64_t number, std::string_view json) {
  const std::size_t cost = topic.size() + json.size() + overhead_bytes;
  Outgoing message = Published{std::string(topic), number, std::string(json)};
  const std::lock_guard lock(mutex_);
  if (cost > most_bytes - waiting_bytes_) return false;
  waiting_bytes_ += cost;
  waiting_.push_back(std::move(message));
  if (waiting_.size() == 1) wake();
  return true;
}

void Outbox::answer(Answer answer) {
  const std::lock_guard lock(mutex_);
  waiting_.emplace_back(std::move(answer));
  if (waiting_.size() == 1) wake();
}

void Outbox::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  wake();
}

std::deque<Outgoing> Outbox::take() {
  std::uint64_t count = 0;
  const std::lock_guard lock(mutex_);
  // Only resets the descriptor; it has nothing to say if somebody else's wake came first.
  if (!stopping_) static_cast<void>(!::read(wake_, &count, sizeof count));
  waiting_bytes_ = 0;
  return std::exchange(waiting_, {});
}

bool Outbox::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Outbox::wake() const noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
}

}  // namespace amibroker::bus
