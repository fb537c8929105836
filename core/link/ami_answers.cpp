// SPDX-License-Identifier: Apache-2.0
#include "core/link/ami_answers.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::link {

void AmiAnswers::push(Pending&& pending) {
  next_deadline_ = std::min(next_deadline_, pending.deadline);
  const std::uint64_t id = pending.action_id;
  actions_.emplace(id, Action{.pending = std::move(pending)});
}

void AmiAnswers::collect(Action& action, std::string_view text) {
  if (action.too_large || action.pending.expired) return;
  if (collected_ + text.size() > largest_lists_) {
    forget_text(action);
    action.too_large = true;
    return;
  }
  action.text.append(text);
  action.ends.push_back(action.text.size());
  collected_ += text.size();
}

void AmiAnswers::forget_text(Action& action) {
  collected_ -= action.text.size();
  action.text = {};
  action.ends = {};
}

std::optional<Pending> AmiAnswers::take(std::uint64_t id) {
  const auto found = actions_.find(id);
  if (found == actions_.end() || found->second.list) return std::nullopt;
  Pending pending = std::move(found->second.pending);
  actions_.erase(found);
  return pending;
}

bool AmiAnswers::begin_list(std::uint64_t id, std::string_view answer) {
  const auto found = actions_.find(id);
  if (found == actions_.end() || found->second.list) return false;
  found->second.list = true;
  ++lists_;
  collect(found->second, answer);
  return true;
}

bool AmiAnswers::is_list(std::uint64_t id) const {
  const auto found = actions_.find(id);
  return found != actions_.end() && found->second.list;
}

std::optional<AmiAnswers::Ended> AmiAnswers::add_item(std::uint64_t id, std::string_view text, bool is_last) {
  const auto found = actions_.find(id);
  Action& action = found->second;
  collect(action, text);
  if (!is_last) return std::nullopt;
  --lists_;
  collected_ -= action.text.size();
  Ended ended{std::move(action.pending), std::move(action.text), std::move(action.ends), action.too_large};
  actions_.erase(found);
  return ended;
}

void AmiAnswers::expire(std::chrono::steady_clock::time_point now, std::vector<Pending>& expired) {
  if (now < next_deadline_) return;
  next_deadline_ = std::chrono::steady_clock::time_point::max();
  for (auto& [id, action] : actions_) {
    Pending& pending = action.pending;
    if (pending.expired) continue;
    if (pending.deadline > now) {
      next_deadline_ = std::min(next_deadline_, pending.deadline);
      continue;
    }
    pending.expired = true;
    forget_text(action);
    expired.push_back({pending.action_id, pending.deadline, pending.owner, true, std::move(pending.done)});
    pending.done = nullptr;
  }
  std::sort(expired.begin(), expired.end(),
            [](const Pending& a, const Pending& b) { return a.action_id < b.action_id; });
}

void AmiAnswers::clear(std::vector<Pending>& all) {
  for (auto& [id, action] : actions_)
    if (!action.pending.expired) all.push_back(std::move(action.pending));
  std::sort(all.begin(), all.end(), [](const Pending& a, const Pending& b) { return a.action_id < b.action_id; });
  actions_.clear();
  lists_ = 0;
  collected_ = 0;
  next_deadline_ = std::chrono::steady_clock::time_point::max();
}

}  // namespace amibroker::link
