// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/damper.hpp"

#include <algorithm>

#include "plugins/replication/rules.hpp"

namespace amibroker::replication {

std::optional<std::chrono::milliseconds> Damper::changed(const What& what, Place source, ValueId value, TimePoint now) {
  if (!keeps_rule(27)) return std::nullopt;
  if (now >= next_look_) forget_calm(now);
  const auto found = entries_.find(what);
  if (found == entries_.end() && entries_.size() >= capacity) return std::nullopt;
  Entry& entry = found == entries_.end() ? entries_[what] : found->second;
  entry.changes[entry.next] = {now, value, source};
  entry.next = (entry.next + 1) % entry.changes.size();
  const bool again = was_held_lately(entry, now);
  if (entry.held || returns(entry, now) <= (again ? most_returns_again : most_returns)) return std::nullopt;
  if (entry.hold.count() == 0) ++were_held_;
  entry.hold = again ? std::min<std::chrono::milliseconds>(2 * entry.hold, longest_hold) : std::chrono::seconds(1);
  entry.until = now + entry.hold + std::chrono::duration_cast<std::chrono::milliseconds>(entry.hold / 4 * jitter_);
  entry.held = true;
  ends_.push({entry.until, what});
  return entry.hold;
}

void Damper::forget(const What& what) {
  const auto found = entries_.find(what);
  if (found == entries_.end()) return;
  if (found->second.hold.count() != 0) --were_held_;
  entries_.erase(found);
}

/// Changes of the window to a value that an earlier one of it had.
int Damper::returns(const Entry& entry, TimePoint now) noexcept {
  const auto counts = [&](const Change& change) {
    return change.value != no_value && change.time >= entry.until && now - change.time < window;
  };
  std::array<ValueId, remembered> seen{};
  std::size_t values = 0;
  int returns = 0;
  for (const Change& change : entry.changes) {
    if (!counts(change)) continue;
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(values);
    if (std::find(seen.begin(), end, change.value) != end) ++returns;
    else seen[values++] = change.value;
  }
  return returns;
}

std::optional<Damper::What> Damper::pop_due(TimePoint now) {
  while (!ends_.empty() && ends_.top().due <= now) {
    const What what = ends_.top().what;
    ends_.pop();
    const auto found = entries_.find(what);
    // The end may be that of a key that was forgotten, whose number has another name now.
    if (found == entries_.end() || !found->second.held || found->second.until > now) continue;
    found->second.held = false;
    return what;
  }
  return std::nullopt;
}

std::vector<Place> Damper::sources(const What& what) const {
  std::vector<Place> places;
  const auto found = entries_.find(what);
  if (found == entries_.end()) return places;
  const Entry& entry = found->second;
  for (std::size_t i = 1; i <= entry.changes.size(); ++i) {
    const Change& change = entry.changes[(entry.next + entry.changes.size() - i) % entry.changes.size()];
    if (change.value != no_value && std::find(places.begin(), places.end(), change.source) == places.end())
      places.push_back(change.source);
  }
  return places;
}

void Damper::forget_calm(TimePoint now) {
  next_look_ = now + window;
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& entry = item.second;
    const Change& last = entry.changes[(entry.next + entry.changes.size() - 1) % entry.changes.size()];
    const bool is_calm = !entry.held && !was_held_lately(entry, now) && now - last.time >= window;
    if (is_calm && entry.hold.count() != 0) --were_held_;
    return is_calm;
  });
}

}  // namespace amibroker::replication
