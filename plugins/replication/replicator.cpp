// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/replicator.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::replication {

namespace {

std::uint16_t seconds_of(TimePoint time) noexcept {
  return static_cast<std::uint16_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

Replicator::Replicator(std::size_t servers, Writer& writer, const Limits& limits)
    : writer_(writer), limits_(limits), cells_(servers), targets_(servers) {}

void Replicator::add_key(Sharing sharing) {
  cells_.add_key();
  sharing_.push_back(sharing);
}

void Replicator::changed_at_origin(ServerId origin, KeyId key, ValueId value, TimePoint now) {
  Cell* row = cells_.row(key);
  for (ServerId target = 0; target < targets_.size(); ++target)
    if (target != origin) want(target, key, row[target], value, now);
}

News Replicator::changed_on(ServerId server, KeyId key, ValueId value, TimePoint now) {
  Cell* row = cells_.row(key);
  Cell& own = row[server];
  if (hear_echo(server, key, own, value, now)) return News::echo;

  // With echoes outstanding, our write comes after this change in that server's own order (or its echo was lost):
  // the server will hold our value, so what is observed stays, and the news is written back to it.
  // Where our last write met this change, the last event need not be what the server stored: then nothing is known.
  if (own.echoes == EchoLists::none) own.observed = value != own.desired && wrote_lately(own, now) ? no_value : value;

  bool changed = false;
  for (ServerId target = 0; target < targets_.size(); ++target) {
    changed |= row[target].desired != value;
    want(target, key, row[target], value, now);
  }
  return changed ? News::change : News::repeat;
}

void Replicator::completed(ServerId target, KeyId key, Outcome outcome, TimePoint now) {
  Cell& cell = at(target, key);
  const ValueId written = std::exchange(cell.in_flight, no_value);
  if (written == no_value) return;
  --targets_[target].in_flight;
  adapt_window(targets_[target], key, outcome, now);
  note_write(cell, now);
  settle(target, key, cell, written, outcome, now);
  reconcile(target, key, cell, now);
  pump(target, now);
}

void Replicator::server_up(ServerId server, TimePoint now) {
  targets_[server].up = true;
  open_window(targets_[server]);
  for (KeyId key = 0; key < cells_.keys(); ++key) {
    Cell& cell = at(server, key);
    cell.observed = no_value;
    cell.rejected = false;
    cell.resting = false;
    cell.failures = 0;
    reconcile(server, key, cell, now);
  }
}

void Replicator::server_down(ServerId server) noexcept {
  Target& target = targets_[server];
  target.up = false;
  while (target.first_queued != no_key) {
    Cell& cell = at(server, target.first_queued);
    cell.queued = false;
    target.first_queued = std::exchange(cell.next_queued, no_key);
  }
  target.last_queued = no_key;
}

void Replicator::tick(TimePoint now) {
  while (const std::optional<Retry> retry = retries_.pop_due(now)) {
    Cell& cell = at(retry->target, retry->key);
    cell.timed = false;
    if (!cell.resting) continue;
    cell.resting = false;
    if (echoes_.full(cell.echoes)) echoes_.drop_first(cell.echoes);
    reconcile(retry->target, retry->key, cell, now);
  }
}

void Replicator::want(ServerId target, KeyId key, Cell& cell, ValueId value, TimePoint now) {
  if (cell.desired == value && cell.observed == value) return;
  if (cell.desired != value) {
    cell.desired = value;
    cell.rejected = false;
    cell.resting = false;
  }
  reconcile(target, key, cell, now);
}

bool Replicator::needs_write(const Cell& cell) noexcept {
  return cell.in_flight == no_value && !cell.resting && !cell.rejected && cell.desired != no_value &&
         cell.desired != cell.observed;
}

void Replicator::reconcile(ServerId target_id, KeyId key, Cell& cell, TimePoint now) {
  Target& target = targets_[target_id];
  if (cell.queued || !target.up || !needs_write(cell)) return;
  if (target.in_flight < target.window && target.first_queued == no_key)
    send(target_id, key, cell, now);
  else
    enqueue(target_id, key, cell);
}

void Replicator::send(ServerId target, KeyId key, Cell& cell, TimePoint now) {
  if (sharing_[key] == Sharing::symmetric) {
    // An echo that fell out of a full list would come back as news, so the write waits for one of them instead.
    if (echoes_.full(cell.echoes)) return rest(target, key, cell, now + limits_.echo_wait);
    echoes_.push(cell.echoes, cell.desired);
  }
  cell.in_flight = cell.desired;
  cell.echoed = false;
  note_write(cell, now);
  ++targets_[target].in_flight;
  if (targets_[target].sampled == no_key) {
    targets_[target].sampled = key;
    targets_[target].sampled_at = now;
  }
  writer_.write(target, key, cell.desired);
}

void Replicator::settle(ServerId target, KeyId key, Cell& cell, ValueId written, Outcome outcome, TimePoint now) {
  if (cell.echoed) {
    cell.echoed = false;
    // The echo proved that the write ran, and events since then told what the server holds: the reply is old news.
    cell.failures = 0;
    return;
  }
  switch (outcome) {
    case Outcome::success:
      cell.observed = written;
      cell.failures = 0;
      return;
    case Outcome::error:
    case Outcome::refused:
      if (cell.echoes != EchoLists::none) echoes_.drop_last(cell.echoes);
      cell.rejected = cell.desired == written;
      return;
    case Outcome::not_sent:
      if (cell.echoes != EchoLists::none) echoes_.drop_last(cell.echoes);
      return rest_after_failure(target, key, cell, now);
    case Outcome::unknown:
      cell.observed = no_value;
      return rest_after_failure(target, key, cell, now);
  }
}

void Replicator::rest_after_failure(ServerId target, KeyId key, Cell& cell, TimePoint now) {
  constexpr std::uint8_t most_doublings = 20;
  const std::chrono::milliseconds delay = limits_.first_retry * (1LL << cell.failures);
  if (cell.failures < most_doublings) ++cell.failures;
  rest(target, key, cell, now + std::min(delay, limits_.longest_retry));
}

void Replicator::rest(ServerId target, KeyId key, Cell& cell, TimePoint due) {
  cell.resting = true;
  if (cell.timed) return;  // its entry is still there: that time holds
  cell.timed = true;
  retries_.push({due, target, key});
}

void Replicator::open_window(Target& target) noexcept {
  target.window = std::min(limits_.first_window, limits_.window);
  target.sampled = no_key;
}

void Replicator::adapt_window(Target& target, KeyId key, Outcome outcome, TimePoint now) noexcept {
  if (target.sampled != key) return;
  target.sampled = no_key;
  const auto took = now - target.sampled_at;
  if (outcome == Outcome::unknown || took > limits_.slow)
    target.window = std::max(target.window / 2, std::min(limits_.least_window, limits_.window));
  else if (took <= limits_.quick && target.first_queued != no_key)  // a window that nothing waits for is wide enough
    target.window = std::min(target.window * 2, limits_.window);
}

void Replicator::note_write(Cell& cell, TimePoint now) noexcept {
  cell.written = true;
  cell.written_at_s = seconds_of(now);
}

bool Replicator::wrote_lately(const Cell& cell, TimePoint now) const noexcept {
  // Unsigned differences: that the seconds wrap after 18 hours costs at worst one write.
  return cell.written && static_cast<std::uint16_t>(seconds_of(now) - cell.written_at_s) <= limits_.confirm_within.count();
}

void Replicator::enqueue(ServerId target_id, KeyId key, Cell& cell) noexcept {
  Target& target = targets_[target_id];
  cell.queued = true;
  if (target.first_queued == no_key)
    target.first_queued = key;
  else
    at(target_id, target.last_queued).next_queued = key;
  target.last_queued = key;
}

void Replicator::pump(ServerId target_id, TimePoint now) {
  Target& target = targets_[target_id];
  while (target.in_flight < target.window && target.first_queued != no_key) {
    const KeyId key = target.first_queued;
    Cell& cell = at(target_id, key);
    cell.queued = false;
    target.first_queued = std::exchange(cell.next_queued, no_key);
    if (target.first_queued == no_key) target.last_queued = no_key;
    if (needs_write(cell)) send(target_id, key, cell, now);
  }
}

bool Replicator::hear_echo(ServerId server, KeyId key, Cell& cell, ValueId value, TimePoint now) {
  const EchoLists::Match match = echoes_.match(cell.echoes, value);
  if (match == EchoLists::Match::nothing) return false;
  note_write(cell, now);
  if (match == EchoLists::Match::last) {
    cell.observed = value;
    cell.echoed = cell.in_flight != no_value;
  }
  cell.resting = false;  // what it waited for (an echo, or word of a write without a known outcome) has come
  reconcile(server, key, cell, now);
  return true;
}

}  // namespace amibroker::replication
