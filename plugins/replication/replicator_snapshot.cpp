// SPDX-License-Identifier: Apache-2.0
//
// What a snapshot of a server changes (rule 6).
#include <utility>

#include "plugins/replication/replicator.hpp"
#include "plugins/replication/rules.hpp"

namespace amibroker::replication {

void Replicator::list_asked(Place server) noexcept {
  targets_[server].passed_over = false;
  targets_[server].being_read = true;
  cells_.each_cell(server, [](KeyId, Cell& cell) {
    cell.wrote_since_asked = false;
    cell.heard_since_asked = false;
    cell.shown_since_asked = false;
  });
}

bool Replicator::read(Place server, std::span<const Listed> list, TimePoint now) {
  Target& target = targets_[server];
  if (target.stage == Target::Stage::ready) forget_lost_echoes(server);
  for (const Listed& item : list) apply(server, item, now);
  cells_.each_cell(server, [&](KeyId key, Cell& cell) { apply_unlisted(server, key, cell, now); });
  target.stage = Target::Stage::ready;
  target.read = true;
  target.being_read = target.cut = false;
  reconcile_all(server, now);
  return std::exchange(target.passed_over, false);
}

/// What was written and answered before the list was asked for, has had its echo by now, or never will. (That holds for
/// one connection. What was sent on an earlier one may still run, so a server that just came up keeps its lists.)
void Replicator::forget_lost_echoes(Place server) noexcept {
  cells_.each_cell(server, [this](KeyId, Cell& cell) {
    if (cell.wrote_since_asked || cell.in_flight != no_value) return;
    if (echoes_.full(cell.echoes)) cell.put_off = false;  // a write that waited for one of them waits no longer
    echoes_.clear(cell.echoes);
    cell.untracked = false;
  });
}

void Replicator::apply(Place server, const Listed& item, TimePoint now) {
  Cell& cell = get(server, item.key);
  if (item.kind == Listed::Kind::own) {
    cell.listed_own = true;
    if (!cell.heard_since_asked && cell.contribution != item.value)
      contribute(server, item.key, item.value, Urgency::dump, now);
    return;
  }
  cell.listed_held = true;
  if (is_outdated(item.key, cell)) return;
  const ValueId before = std::exchange(cell.observed, item.value);
  if (!keeps_rule(4)) cell.observed = no_value;
  if (cells_.sharing(item.key) == Sharing::one_way || item.kind == Listed::Kind::held_not_shared) return;
  if (item.value == cell.desired) return;
  // A name that was given back is taken for absent, although it may have been there with the neutral value.
  if (before == absent && item.value == neutral_) return;
  // The server holds something else than it should. If it held that before, it only missed our write. If it is
  // new, it was changed there and the event was lost, or it came while the server was out of reach: news. If it is
  // not known what it held, what the fleet agrees on counts.
  const bool is_news =
      before == no_value ? cell.desired == no_value : before != item.value && !echoes_.holds(cell.echoes, item.value);
  // Two brokers that lead on different servers may have judged the same case differently, each sure of its own: then
  // the better one's word counts. What it has not written for so long it does not mean to write.
  const bool is_theirs = targets_[server].follows && seconds_since_change(cell, now) >= settled_after;
  if (is_news || is_theirs) spread_news(server, item.key, item.value, Urgency::dump, now);
}

void Replicator::apply_unlisted(Place server, KeyId key, Cell& cell, TimePoint now) {
  cell.rejected = false;  // once in each snapshot a write that was refused is tried again
  const bool own = cell.listed_own;
  const bool held = cell.listed_held;
  cell.listed_own = cell.listed_held = false;
  if (!own && !cell.heard_since_asked && cell.contribution != no_value)
    contribute(server, key, no_value, Urgency::dump, now);
  if (!held && !is_outdated(key, cell)) cell.observed = absent;
}

/// Whether the broker knows better than the list what the server holds: a write that was under way meanwhile may be in
/// it or not, and so may events since the list was asked for.
bool Replicator::is_outdated(KeyId key, const Cell& cell) const noexcept {
  return cell.wrote_since_asked || cell.in_flight != no_value ||
         (cells_.sharing(key) == Sharing::symmetric ? cell.heard_since_asked : cell.shown_since_asked);
}

void Replicator::unreadable(Place server, TimePoint now) {
  Target& target = targets_[server];
  target.being_read = false;
  if (target.stage != Target::Stage::unread) return;
  target.stage = Target::Stage::ready;
  cells_.each_cell(server, [](KeyId, Cell& cell) { cell.observed = no_value; });
  reconcile_all(server, now);
}

void Replicator::clear_orphan(Place target, KeyId key, TimePoint now) {
  Cell* const cell = cells_.find(target, key);
  if (cell == nullptr || cells_.sharing(key) != Sharing::one_way) return;
  const bool holds_something = cell->observed != no_value && cell->observed != absent;
  if (cell->desired == no_value && holds_something) want(target, key, *cell, neutral_, Urgency::dump, now);
}

}  // namespace amibroker::replication
