// SPDX-License-Identifier: Apache-2.0
#include "core/control/feed.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::control {
namespace {

std::size_t size_of(const Notice& notice) {
  std::size_t size = sizeof(Notice) + notice.event.size() + notice.data.size() + notice.bytes;
  for (const std::string& tag : notice.tags) size += sizeof tag + tag.size();
  return size;
}

/// A line end would be the end of the event, and what follows it an event of somebody else's making.
void append_line(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ");
  for (const char c : value) text += c == '\n' || c == '\r' || c == '\0' ? ' ' : c;
  text += '\n';
}

}  // namespace

std::string event_text(std::string_view event, std::uint64_t id, std::string_view data) {
  std::string text;
  text.reserve(event.size() + data.size() + 40);
  append_line(text, "event", event);
  if (id != 0) append_line(text, "id", std::to_string(id));
  append_line(text, "data", data);
  return text += '\n';
}

void Feed::publish(Notice notice) {
  if (!wanted()) return;
  auto shared = std::make_shared<const Notice>(std::move(notice));
  const std::lock_guard lock(mutex_);
  if (!wanted()) return;  // the last one left just now
  ++last_;
  bytes_ += size_of(*shared);
  ring_.push_back(std::move(shared));
  while (ring_.size() > spec_.most_notices || (bytes_ > spec_.most_bytes && ring_.size() > 1)) {
    bytes_ -= size_of(*ring_.front());
    ring_.pop_front();
  }
  if (wake_ && !std::exchange(woken_, true)) wake_();
}

std::uint64_t Feed::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

Feed::Mark Feed::mark() const {
  const std::lock_guard lock(mutex_);
  return {last_, emptied_};
}

bool Feed::has_all_since(const Mark& mark) const {
  const std::lock_guard lock(mutex_);
  return mark.emptied == emptied_ && mark.last >= last_ - ring_.size();
}

void Feed::set_wake(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  woken_ = false;
}

void Feed::leave() {
  std::deque<std::shared_ptr<const Notice>> dropped;  // destroyed outside the lock, for there may be many
  const std::lock_guard lock(mutex_);
  if (--readers_ > 0) return;
  dropped.swap(ring_);
  bytes_ = 0;
  ++emptied_;
}

Feed::Taken Feed::take(std::uint64_t after, std::size_t most) {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  const std::uint64_t before_ring = last_ - ring_.size();
  Taken taken;
  taken.missed = after < before_ring ? before_ring - after : 0;
  taken.last = std::max(after, before_ring);
  const auto first = static_cast<std::size_t>(taken.last - before_ring);
  const std::size_t end = std::min(ring_.size(), first + most);
  for (std::size_t i = first; i < end; ++i) taken.notices.push_back(ring_[i]);
  taken.last += taken.notices.size();
  return taken;
}

}  // namespace amibroker::control
