// SPDX-License-Identifier: Apache-2.0
//
// Events, answers and time. What a snapshot does is in replicator_snapshot.cpp; what becomes of servers that are
// added, changed and retired in replicator_servers.cpp.
#include "plugins/replication/replicator.hpp"

#include <algorithm>
#include <utility>

#include "plugins/replication/rules.hpp"

namespace amibroker::replication {

namespace {

std::uint32_t seconds_of(TimePoint time) noexcept {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

Replicator::Replicator(const Neighbours& neighbours, const Combiner& combiner, ValueId neutral, std::size_t places,
                       Writer& writer, const Limits& limits, double jitter)
    : neighbours_(neighbours),
      combiner_(combiner),
      neutral_(neutral),
      writer_(writer),
      limits_(limits),
      cells_(neighbours, places),
      targets_(places),
      damper_(jitter) {}

KeyId Replicator::add_key(Sharing sharing) { return cells_.add_key(sharing); }

/// What comes up on a server after its list was read is a name that it does not have.
void Replicator::begin_cell(Place place, Cell& cell) const noexcept {
  if (targets_[place].knows_absent()) cell.observed = absent;
}

Cell& Replicator::get(Place server, KeyId key) {
  cells_.add_cell(server, key, [this](Place place, Cell& cell) { begin_cell(place, cell); });
  return at(server, key);
}

void Replicator::get_around(Place server, KeyId key) {
  cells_.add_cells_around(server, key, [this](Place place, Cell& cell) { begin_cell(place, cell); });
}

// --- What happens --------------------------------------------------------------------------------------------------

void Replicator::changed_at_origin(Place origin, KeyId key, ValueId value, TimePoint now) {
  get(origin, key).heard_since_asked = true;
  contribute(origin, key, value, Urgency::live, now);
}

void Replicator::contribute(Place origin, KeyId key, ValueId value, Urgency urgency, TimePoint now) {
  // A server that contributes has the cells of its neighbours already.
  if (value != no_value && cell(origin, key).contribution == no_value) get_around(origin, key);
  Cell& own = get(origin, key);
  const bool found = urgency == Urgency::dump && own.contribution == no_value;
  own.contribution = value;
  own.contributed_as = ++contributions_;
  if (outside_ != nullptr) outside_->contributed(key, origin, found);
  spread(key, urgency, now);
}

void Replicator::spread(KeyId key, Urgency urgency, TimePoint now) {
  Row row = cells_.row(key);
  if (shown_.size() < row.size()) shown_.resize(row.size());
  combine(key, row, std::span(shown_).first(row.size()));
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Place target = row.place(i);
    if (!keeps_rule(5) && targets_[target].stage == Target::Stage::down) return;
    show(key, target, row[i], shown_[i], urgency, now);
  }
}

/// no_value: nobody has anything to show there, now.
void Replicator::show(KeyId key, Place target, Cell& cell, ValueId value, Urgency urgency, TimePoint now) {
  if (value == no_value) {
    if (cell.desired == no_value) return;  // nor ever had
    value = neutral_;
  }
  want(target, key, cell, value, urgency, now);
}

News Replicator::changed_on(Place server, KeyId key, ValueId value, TimePoint now) {
  forget_old_expectations(server, key, now);
  if (Cell* cell = cells_.find(server, key); cell != nullptr && hear_echo(server, key, *cell, value, now))
    return News::echo;
  // A server that has just come up may publish what it had stored, and that is old. Its list will show it, and is
  // judged by what the server held before.
  if (targets_[server].stage != Target::Stage::ready) {
    targets_[server].passed_over = true;
    return News::unread;
  }
  Cell& own = get(server, key);
  own.heard_since_asked = true;

  // With echoes outstanding, our write comes after this change in that server's own order (or its echo was lost):
  // the server will hold our value, so what is observed stays, and the news is written back to it.
  // If our last write met this change, the last event need not be what the server stored: then nothing is known.
  if (own.echoes == EchoLists::none) own.observed = value != own.desired && wrote_lately(own, now) ? no_value : value;
  if (own.desired != value) damp({key}, server, own, value, now);
  return spread_news(server, key, value, Urgency::live, now) ? News::change : News::repeat;
}

bool Replicator::shown_on(Place target, KeyId key, ValueId value, TimePoint now) {
  Cell* const found = cells_.find(target, key);
  if (!keeps_rule(10) || found == nullptr || cells_.sharing(key) != Sharing::one_way) return false;
  Cell& cell = *found;
  const EchoLists::Match match = echoes_.match(cell.echoes, value);
  cell.shown_since_asked = true;
  if (match == EchoLists::Match::older) return false;  // the rest is still to come
  if (match == EchoLists::Match::last) {
    cell.observed = value;
    cell.echoed = cell.in_flight != no_value;
    cell.untracked = false;
    cell.put_off = false;
    reconcile(target, key, cell, Urgency::live, now);
    return false;
  }
  if (value == cell.observed || cell.untracked) return false;
  // With echoes outstanding, our last write may come before this one or after it, and a write that changes nothing
  // has no echo: so what the server shows is not known until it is written again.
  cell.doubted = cell.in_flight != no_value;
  cell.observed = cell.echoes != EchoLists::none ? no_value : value;
  damp({key, target}, target, cell, value, now);
  reconcile(target, key, cell, Urgency::live, now);
  return true;
}

/// Whether this is anything but what all should hold anyway.
bool Replicator::spread_news(Place server, KeyId key, ValueId value, Urgency urgency, TimePoint now) {
  get_around(server, key);
  const bool found = urgency == Urgency::dump && at(server, key).desired == no_value;
  bool changed = false;
  const auto tell = [&](Place target) {
    Cell& cell = at(target, key);
    changed |= cell.desired != value;
    want(target, key, cell, value, urgency, now);
  };
  tell(server);
  for (const Place target : neighbours_.of(server)) tell(target);
  if (changed && outside_ != nullptr) outside_->news(key, server, value, found);
  return changed;
}

void Replicator::completed(Place target, KeyId key, Outcome outcome, TimePoint now) {
  Cell* const found = cells_.find(target, key);
  if (found == nullptr || found->in_flight == no_value) return;
  Cell& cell = *found;
  const ValueId written = std::exchange(cell.in_flight, no_value);
  targets_[target].answered(key, outcome, now, limits_);
  cell.wrote_since_asked = true;
  note_write(cell, now);
  settle(target, key, cell, written, outcome, now);
  if (cell.observed == cell.desired) cell.fresh = false;
  if (keeps_rule(1)) reconcile(target, key, cell, Urgency::live, now);
  pump(target, now);
}

bool Replicator::hear_echo(Place server, KeyId key, Cell& cell, ValueId value, TimePoint now) {
  if (!keeps_rule(3)) return false;
  const EchoLists::Match match = echoes_.match(cell.echoes, value);
  if (match == EchoLists::Match::nothing) return false;
  cell.heard_since_asked = true;
  note_write(cell, now);
  if (match == EchoLists::Match::last) {
    cell.observed = value;
    cell.echoed = cell.in_flight != no_value;
  }
  cell.put_off = false;  // what it waited for (an echo, or word of a write without a known outcome) has come
  reconcile(server, key, cell, Urgency::live, now);
  return true;
}

// --- The life of a server ------------------------------------------------------------------------------------------

void Replicator::open(TimePoint now) {
  if (std::exchange(open_, true)) return;
  for (Place target = 0; target < targets_.size(); ++target) open(target, now);
}

void Replicator::open(Place target, TimePoint now) {
  if (!std::exchange(targets_[target].open, true)) reconcile_all(target, now);
}

void Replicator::open_early(bool symmetric, TimePoint now) {
  early_ = true;
  early_symmetric_ = symmetric;
  for (Place target = 0; target < targets_.size(); ++target)
    if (!targets_[target].open) reconcile_all(target, now);
}

void Replicator::server_up(Place server, TimePoint now) {
  Target& target = targets_[server];
  target.stage = keeps_rule(6) ? Target::Stage::unread : Target::Stage::ready;
  target.read = false;
  target.being_read = false;
  target.open_window(limits_);
  cells_.each_cell(server, [](KeyId, Cell& cell) {
    cell.rejected = false;
    cell.put_off = false;
    cell.fresh = false;  // that it was down is no delay of ours
    cell.failures = 0;
  });
  if (!keeps_rule(6)) reconcile_all(server, now);
}

void Replicator::server_down(Place server) noexcept {
  Target& target = targets_[server];
  target.stage = Target::Stage::down;
  target.being_read = false;
  target.clear_lines([&](KeyId key) -> Cell& { return at(server, key); });
}

void Replicator::server_lost(Place server, TimePoint now) {
  if (keeps_rule(7)) withdraw_all(server, now);
}

void Replicator::withdraw_all(Place origin, TimePoint now) {
  cells_.each_cell(origin, [&](KeyId key, const Cell& cell) {
    if (cell.contribution != no_value) contribute(origin, key, no_value, Urgency::dump, now);
  });
}

void Replicator::tick(TimePoint now) {
  while (const std::optional<Retry> retry = retries_.pop_due(now)) {
    Cell& cell = at(retry->target, retry->key);
    cell.timed = false;
    if (!cell.put_off) continue;
    cell.put_off = false;
    if (cells_.sharing(retry->key) == Sharing::symmetric && echoes_.full(cell.echoes)) {
      // The entry may be that of an earlier failure, which is too soon to take an echo for lost.
      if (const auto waited = since_write(cell, now); waited < limits_.echo_wait) {
        put_off(retry->target, retry->key, cell, now + limits_.echo_wait - waited);
        continue;
      }
      echoes_.drop_first(cell.echoes);
    }
    reconcile(retry->target, retry->key, cell, Urgency::live, now);
  }
  while (const std::optional<Damper::What> what = damper_.pop_due(now)) release(*what, now);
}

std::optional<TimePoint> Replicator::next_due() const {
  const std::optional<TimePoint> retry = retries_.next_due();
  const std::optional<TimePoint> end = damper_.next_due();
  return retry && end ? std::min(*retry, *end) : retry ? retry : end;
}

// --- Writing -------------------------------------------------------------------------------------------------------

void Replicator::want(Place target, KeyId key, Cell& cell, ValueId value, Urgency urgency, TimePoint now) {
  if (cell.desired == value && cell.observed == value) return;
  if (cell.desired != value) {
    cell.desired = value;
    cell.changed_at_s = seconds_of(now);
    cell.rejected = false;
    cell.put_off = false;
    cell.fresh = urgency == Urgency::live;
  }
  reconcile(target, key, cell, urgency, now);
}

/// A name that the server does not have shows the same as the neutral value.
bool Replicator::is_satisfied(const Cell& cell) const noexcept {
  return cell.desired == cell.observed || (cell.observed == absent && cell.desired == neutral_);
}

bool Replicator::needs_write(Place target, KeyId key, const Cell& cell) const noexcept {
  if (cell.in_flight != no_value && keeps_rule(2)) return false;
  return !cell.put_off && !cell.rejected && cell.desired != no_value && !is_satisfied(cell) &&
         may_write(target, key, cell);
}

bool Replicator::may_write(Place target, KeyId key, const Cell& cell) const noexcept {
  if (!targets_[target].is_ours()) return false;
  const Place held_on = cells_.sharing(key) == Sharing::one_way ? target : no_place;
  if (damper_.holds_any() && damper_.holds({key, held_on})) return false;
  if (open_ || targets_[target].open) return true;
  if (!early_) return false;
  if (!keeps_rule(25)) return true;
  if (cells_.sharing(key) == Sharing::symmetric) return early_symmetric_ && neighbours_.all();
  return combiner_.is_wrong_anyway(cell.observed, cell.desired);
}

void Replicator::reconcile(Place target_id, KeyId key, Cell& cell, Urgency urgency, TimePoint now) {
  Target& target = targets_[target_id];
  if (!target.leads) return expect_write(target_id, key, cell, now);
  if (target.stage != Target::Stage::ready || !needs_write(target_id, key, cell)) return;
  if (target.has_room(urgency)) send(target_id, key, cell, now);
  else target.enqueue(key, cell, urgency);
}

void Replicator::reconcile_all(Place target, TimePoint now) {
  cells_.each_cell(target, [&](KeyId key, Cell& cell) { reconcile(target, key, cell, Urgency::dump, now); });
}

void Replicator::pump(Place target_id, TimePoint now) {
  Target& target = targets_[target_id];
  while (const std::optional<KeyId> key = target.next()) {
    Cell& cell = at(target_id, *key);
    target.pop(cell);
    if (needs_write(target_id, *key, cell)) send(target_id, *key, cell, now);
  }
}

void Replicator::send(Place target, KeyId key, Cell& cell, TimePoint now) {
  if (echoes_.full(cell.echoes)) {
    // The echo of a shared name that fell out of a full list would come back as news, so the write waits for one of
    // them instead. That of a one-way name would only be looked into.
    if (cells_.sharing(key) == Sharing::symmetric) return put_off(target, key, cell, now + limits_.echo_wait);
    echoes_.drop_first(cell.echoes);
    cell.untracked = true;
  }
  echoes_.push(cell.echoes, cell.desired);
  cell.in_flight = cell.desired;
  cell.echoed = false;
  cell.doubted = false;
  cell.wrote_since_asked = true;
  note_write(cell, now);
  targets_[target].sent(key, now);
  writer_.write(target, key, cell.desired);
}

void Replicator::settle(Place target, KeyId key, Cell& cell, ValueId written, Outcome outcome, TimePoint now) {
  if (cell.echoed) {
    cell.echoed = false;
    // The echo proved that the write ran, and events since then showed what the server holds: the reply says nothing
    // new.
    cell.failures = 0;
    return;
  }
  switch (outcome) {
    case Outcome::success:
      cell.observed = cell.doubted ? no_value : written;
      cell.failures = 0;
      return;
    case Outcome::error:
    case Outcome::refused:
      if (cell.echoes != EchoLists::none) echoes_.drop_last(cell.echoes);
      cell.rejected = cell.desired == written;
      return;
    case Outcome::not_sent:
      if (cell.echoes != EchoLists::none) echoes_.drop_last(cell.echoes);
      return put_off_after_failure(target, key, cell, now);
    case Outcome::unknown: cell.observed = no_value; return put_off_after_failure(target, key, cell, now);
  }
}

void Replicator::put_off_after_failure(Place target, KeyId key, Cell& cell, TimePoint now) {
  constexpr std::uint8_t most_doublings = 20;
  const std::chrono::milliseconds delay = limits_.first_retry * (1LL << cell.failures);
  if (cell.failures < most_doublings) ++cell.failures;
  put_off(target, key, cell, now + std::min(delay, limits_.longest_retry));
}

void Replicator::put_off(Place target, KeyId key, Cell& cell, TimePoint due) {
  cell.put_off = true;
  if (cell.timed) return;  // its entry is still there: that time holds
  cell.timed = true;
  retries_.push({due, target, key});
}

void Replicator::note_write(Cell& cell, TimePoint now) noexcept {
  cell.written = true;
  cell.written_at_s = static_cast<std::uint16_t>(seconds_of(now));
}

std::chrono::seconds Replicator::seconds_since_change(const Cell& cell, TimePoint now) noexcept {
  return std::chrono::seconds(seconds_of(now) - cell.changed_at_s);
}

std::chrono::seconds Replicator::since_write(const Cell& cell, TimePoint now) noexcept {
  // Unsigned differences: that the seconds wrap after 18 hours costs at worst one write, or one more wait for an echo.
  const auto now_s = static_cast<std::uint16_t>(seconds_of(now));
  return std::chrono::seconds(static_cast<std::uint16_t>(now_s - cell.written_at_s));
}

bool Replicator::wrote_lately(const Cell& cell, TimePoint now) const noexcept {
  return cell.written && since_write(cell, now) < limits_.confirm_within;
}

}  // namespace amibroker::replication
