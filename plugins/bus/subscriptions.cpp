// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/subscriptions.hpp"

#include <algorithm>

#include "plugins/bus/topic.hpp"

namespace amibroker::bus {

// Looks only at one text for each length that can still match: what lies between the greatest text that is not above
// `key` and `key` itself is nothing, so if that text is no beginning of the topic, only texts that are at most as long
// as what both have in common can be one.
bool Wanted::has(std::string_view topic) const noexcept {
  std::string_view key = topic;
  for (;;) {
    auto next = subscriptions.upper_bound(key);
    if (next == subscriptions.begin()) return false;
    const std::string_view nearest = *--next;
    if (topic.starts_with(nearest)) return true;
    const auto differs = std::mismatch(nearest.begin(), nearest.end(), key.begin(), key.end());
    key = key.substr(0, static_cast<std::size_t>(differs.second - key.begin()));
  }
}

Subscriptions::Result Subscriptions::take(std::string_view message) {
  if (message.empty() || (message.front() != '\0' && message.front() != '\1')) return Result::refused;
  const bool comes = message.front() == '\1';
  const std::string_view text = message.substr(1);
  if (!comes) {
    const auto found = kept_.find(text);
    if (found == kept_.end()) return Result::unchanged;
    kept_.erase(found);
    return Result::changed;
  }
  const bool asks_for_servers = server_prefix.starts_with(text) || text.starts_with(server_prefix);
  if (kept_.find(text) != kept_.end()) {
    if (!asks_for_servers) return Result::unchanged;
    ++asked_for_servers_;
    return Result::changed;
  }
  if (text.size() > longest_subscription || kept_.size() >= most) return Result::refused;
  kept_.emplace(text);
  if (asks_for_servers) ++asked_for_servers_;
  return Result::changed;
}

std::shared_ptr<const Wanted> Subscriptions::wanted() const {
  auto wanted = std::make_shared<Wanted>();
  wanted->subscriptions = kept_;
  wanted->asked_for_servers = asked_for_servers_;
  for (const std::string& text : kept_) {
    const Wish wish = wish_of(text);
    if (wish.kind == Wish::Kind::all) wanted->all = true;
    if (wish.kind == Wish::Kind::one) wanted->names.emplace(wish.name);
  }
  return wanted;
}

}  // namespace amibroker::bus
