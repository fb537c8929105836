// SPDX-License-Identifier: Apache-2.0
#include "core/bus/inbox.hpp"

#include <exception>
#include <utility>

#include "amibroker/bus.hpp"

namespace amibroker::cluster {
namespace {

/// So that a flood leaves room for the servers.
constexpr int messages_at_a_turn = 256;
/// A subject, the queue's own, and what the allocator needs.
constexpr std::size_t cost_of_a_message = 200;
constexpr std::size_t longest_text = 500;
/// Most of them that wait to be logged.
constexpr std::size_t most_refusals = 100;

}  // namespace

Inbox::Inbox(base::EventLoop& loop, const Subjects& subjects, Figures& figures, QueueLimits limits, Receiver receiver)
    : subjects_(subjects),
      figures_(figures),
      receiver_(std::move(receiver)),
      quotas_(limits),
      box_(loop, [](const base::PostBox::Task& task) { task(); }) {}

void Inbox::add(std::string_view plugin) {
  const std::lock_guard lock(mutex_);
  quotas_.add(plugin);
}

void Inbox::put(Incoming::Kind kind, std::string_view text) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (kind == Incoming::Kind::refused && refusals_ >= most_refusals) return;
    queue_.push_back({kind, {}, {}, std::string(text.substr(0, longest_text))});
    if (kind == Incoming::Kind::refused) ++refusals_;
    wake();
  } catch (const std::exception&) {
    return;  // no memory for a line of the log
  }
}

void Inbox::on_refused(std::string_view text) noexcept {
  figures_.refused.fetch_add(1, std::memory_order_relaxed);
  put(Incoming::Kind::refused, text);
}

void Inbox::on_message(std::string_view subject, std::string_view reply, std::string_view payload) noexcept {
  try {
    const auto read = subjects_.read(subject);
    const bool is_question = read && read->kind == Subject::Kind::ask;
    if (!read || (is_question && !is_inbox(reply))) return figures_.drop(Drop::malformed);
    if (payload.size() > Bus::most_payload) return figures_.drop(Drop::too_long);
    keep(read->plugin, payload.size(),
         {Incoming::Kind::message, std::string(subject), std::string(is_question ? reply : ""), std::string(payload)});
  } catch (const std::exception&) {
    figures_.drop(Drop::in_full);
  }
}

void Inbox::on_nobody(std::string_view subject) noexcept {
  try {
    const auto read = subjects_.read(subject);
    if (!read || read->kind != Subject::Kind::answer) return figures_.drop(Drop::malformed);
    keep(read->plugin, 0, {Incoming::Kind::nobody, std::string(subject), {}, {}});
  } catch (const std::exception&) {
    figures_.drop(Drop::in_full);
  }
}

void Inbox::on_overflow(std::string_view subject, std::uint64_t count) noexcept {
  try {
    figures_.drop(Drop::in_full, count);
    // What was subscribed has a star for the site.
    std::string concrete(subject);
    if (const auto star = concrete.find('*'); star != concrete.npos) concrete[star] = 'x';
    const auto read = subjects_.read(concrete);
    const std::lock_guard lock(mutex_);
    if (read && quotas_.knows(read->plugin)) lose(read->plugin, count);
  } catch (const std::exception&) {
    return;
  }
}

void Inbox::keep(std::string_view plugin, std::size_t bytes, Incoming incoming) {
  const std::lock_guard lock(mutex_);
  if (!quotas_.knows(plugin)) return figures_.drop(Drop::malformed);
  if (!quotas_.take(plugin, bytes + cost_of_a_message)) {
    figures_.drop(Drop::in_full);
    return lose(plugin, 1);
  }
  figures_.messages_in.fetch_add(1, std::memory_order_relaxed);
  figures_.bytes_in.fetch_add(bytes, std::memory_order_relaxed);
  queue_.push_back(std::move(incoming));
  wake();
}

void Inbox::lose(std::string_view plugin, std::uint64_t count) {
  const auto found = lost_.find(plugin);
  if (found != lost_.end()) found->second += count;
  else lost_.emplace(plugin, count);
  wake();
}

void Inbox::wake() {
  if (scheduled_) return;
  box_.post([this] { run(); });
  scheduled_ = true;
}

void Inbox::run() {
  Lost lost;
  {
    const std::lock_guard lock(mutex_);
    lost.swap(lost_);
  }
  if (!lost.empty()) receiver_.lost(lost);
  Incoming incoming{};
  for (int i = 0; i < messages_at_a_turn && take(incoming); ++i) receiver_.take(incoming);
  const std::lock_guard lock(mutex_);
  scheduled_ = false;
  if (!queue_.empty() || !lost_.empty()) wake();
}

bool Inbox::take(Incoming& incoming) {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return false;
  incoming = std::move(queue_.front());
  queue_.pop_front();
  if (incoming.kind == Incoming::Kind::refused) --refusals_;
  if (incoming.kind == Incoming::Kind::message || incoming.kind == Incoming::Kind::nobody)
    if (const auto read = subjects_.read(incoming.subject))
      quotas_.give_back(read->plugin, incoming.text.size() + cost_of_a_message);
  return true;
}

}  // namespace amibroker::cluster
