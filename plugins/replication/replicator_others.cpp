// SPDX-License-Identifier: Apache-2.0
//
// What others write: the broker that leads on a server, and whoever keeps changing a name (rule 11).
#include <utility>

#include "plugins/replication/replicator.hpp"

namespace amibroker::replication {

// --- Another broker ------------------------------------------------------------------------------------------------

void Replicator::set_leads(Place target, bool leads, TimePoint now) {
  if (std::exchange(targets_[target].leads, leads) == leads) return;
  if (leads) take_over(target, now);
  else targets_[target].clear_lines([&](KeyId key) -> Cell& { return at(target, key); });
}

void Replicator::set_held(Place target, bool held, TimePoint now) {
  if (std::exchange(targets_[target].held, held) == held) return;
  if (held) targets_[target].clear_lines([&](KeyId key) -> Cell& { return at(target, key); });
  else reconcile_all(target, now);
}

/// What the other one wrote has had its echo by now, or never will.
void Replicator::take_over(Place target, TimePoint now) {
  cells_.each_cell(target, [this](KeyId, Cell& cell) {
    if (cell.in_flight != no_value) return;
    if (echoes_.full(cell.echoes)) cell.put_off = false;
    echoes_.clear(cell.echoes);
  });
  reconcile_all(target, now);
}

/// What the broker that leads there has not written by now it does not write, so the same value is news from now on.
void Replicator::forget_old_expectations(Place server, KeyId key, TimePoint now) noexcept {
  if (targets_[server].leads) return;
  Cell* const cell = cells_.find(server, key);
  if (cell == nullptr || cell->in_flight != no_value || since_write(*cell, now) <= expected_within) return;
  echoes_.clear(cell->echoes);
}

/// The broker that leads there wants the same as we do, and writes it. The event that follows is an echo to us, too,
/// and not news.
void Replicator::expect_write(Place target, KeyId key, Cell& cell, TimePoint now) {
  if (targets_[target].stage != Target::Stage::ready || cells_.sharing(key) == Sharing::one_way) return;
  if (cell.desired == no_value || is_satisfied(cell) || echoes_.holds(cell.echoes, cell.desired)) return;
  if (echoes_.full(cell.echoes)) echoes_.drop_first(cell.echoes);
  echoes_.push(cell.echoes, cell.desired);
  note_write(cell, now);
}

// --- Names that keep changing --------------------------------------------------------------------------------------

/// What changes on a server to which we write nothing, a lamp that a dialplan lets blink for instance, is nobody's
/// answer to us; unless it was shown lately that somebody answers.
void Replicator::damp(const Damper::What& what, Place source, const Cell& cell, ValueId value, TimePoint now) {
  const bool wrote_there = cell.written && since_write(cell, now) <= Damper::window;
  if (!wrote_there && !damper_.held_lately(what, now)) return;
  if (const auto time = damper_.changed(what, source, value, now)) newly_held_.push_back({what, *time});
}

/// Now the last value is written.
void Replicator::release(const Damper::What& what, TimePoint now) {
  Row row = cells_.row(what.key);
  for (std::size_t i = 0; i < row.size(); ++i)
    if (what.target == no_place || what.target == row.place(i))
      reconcile(row.place(i), what.key, row[i], Urgency::live, now);
}

}  // namespace amibroker::replication
