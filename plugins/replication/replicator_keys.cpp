// SPDX-License-Identifier: Apache-2.0
//
// Keys that nobody needs any more (rule 12).
#include <algorithm>

#include "plugins/replication/replicator.hpp"

namespace amibroker::replication {

bool Replicator::is_idle(KeyId key, TimePoint now) const noexcept {
  const Row row = cells_.row(key);
  const Sharing sharing = cells_.sharing(key);
  if (was_held_lately(key, row, now)) return false;
  // Most keys are not idle because of the same server as at the last look.
  std::uint32_t& reason = cells_.last_reason(key);
  if (reason < row.size() && !is_idle(row[reason], targets_[row.place(reason)], sharing, now)) return false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (is_idle(row[i], targets_[row.place(i)], sharing, now)) continue;
    reason = static_cast<std::uint32_t>(i);
    return false;
  }
  return true;
}

/// If the name went now, its next hold would be a short one again.
bool Replicator::was_held_lately(KeyId key, const Row& row, TimePoint now) const {
  if (!damper_.held_any_lately()) return false;
  if (damper_.held_lately({key}, now)) return true;
  for (std::size_t i = 0; i < row.size(); ++i)
    if (damper_.held_lately({key, row.place(i)}, now)) return true;
  return false;
}

/// Whether something is to come for this cell that must find it as it is: an answer, a timer, its turn in a line, an
/// echo, or a list that may show what was before.
bool Replicator::is_busy(const Cell& cell, const Target& target) noexcept {
  if (cell.in_flight != no_value || cell.timed || cell.waits_live || cell.waits_dump) return true;
  if (cell.echoes != EchoLists::none) return true;
  return target.being_read && (cell.heard_since_asked || cell.wrote_since_asked || cell.shown_since_asked);
}

bool Replicator::is_idle(const Cell& cell, const Target& target, Sharing sharing, TimePoint now) const noexcept {
  if (is_busy(cell, target)) return false;
  if (target.vacant) return true;
  const auto is_nothing = [&](ValueId value) { return value == no_value || value == neutral_; };
  if (!is_nothing(cell.contribution) || !is_nothing(cell.desired)) return false;
  const bool holds_nothing = cell.observed == absent || cell.observed == neutral_;
  if (target.stage == Target::Stage::ready && !target.read && cell.desired == neutral_) {
    // It was written to a server that does not list its states, and would be written again each time that the name
    // comes up.
    const auto since = now - TimePoint(std::chrono::seconds(cell.changed_at_s));
    return (holds_nothing || cell.rejected) && since >= limits_.forget_unread_after;
  }
  // A new cell is taken for absent on a server that was read, so what is known of this one must be the same. Of a
  // shared name it must be known of every server, because what one held before decides what is news (see `apply`).
  // One that is down may still carry out late what it was sent.
  if (sharing == Sharing::symmetric) return holds_nothing && target.read && target.stage == Target::Stage::ready;
  // What a server holds that is down, or cannot be read, nobody knows; if nothing was written there, it is an orphan at
  // most. One that is being read now is waited for.
  return holds_nothing || (cell.observed == no_value && (target.stage == Target::Stage::down ||
                                                         (target.stage == Target::Stage::ready && !target.read)));
}

void Replicator::remove_key(KeyId key) {
  damper_.forget({key});
  const Row row = cells_.row(key);
  for (std::size_t i = 0; i < row.size(); ++i) damper_.forget({key, row.place(i)});
  cells_.remove_key(key);
}

bool Replicator::neutral_matters(Place server, Sharing sharing, bool listed) const noexcept {
  const Target& origin = targets_[server];
  if (!listed && origin.being_read) return true;  // a list that is on its way may say otherwise, and is older
  if (sharing == Sharing::symmetric && origin.stage != Target::Stage::ready) return true;
  const auto& others = neighbours_.of(server);
  return std::any_of(others.begin(), others.end(), [&](Place other) {
    // Each list would have the same names again, and write them to a server whose own list was cut.
    return listed ? !targets_[other].read : !targets_[other].knows_absent();
  });
}

void Replicator::shrink() {
  echoes_.shrink();
  retries_.shrink();
}

}  // namespace amibroker::replication
