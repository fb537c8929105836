// SPDX-License-Identifier: Apache-2.0
//
// Names of the broker's form that no device stands behind: which of them were written by an earlier life of the broker,
// and are cleared, and which by somebody else.
#include <utility>

#include "plugins/replication/distributor.hpp"

namespace amibroker::replication {
namespace {

/// At one time; a fleet may have lost a whole server meanwhile.
constexpr std::size_t most_lines_of_orphans = 1000;

}  // namespace

bool Distributor::shows(std::string_view shown_name) const noexcept {
  const std::optional<KeyId> key = keys_.find(shown_name);
  if (!key || replicator_.sharing(*key) != Sharing::one_way) return false;
  for (Place place = 0; place < places_.size(); ++place)
    if (replicator_.cell(place, *key).desired != no_value) return true;
  return false;
}

/// Whether a listed name was cleared as an orphan, and is left alone now because somebody else writes it: for the
/// replicator it is not there.
bool Distributor::is_left_alone(ServerId server, const ListedState& state) {
  constexpr std::size_t most_returns = 1;
  if (!notes_.enabled() || state.kind == Listed::Kind::own || !orphans_.was_cleared(server, state.shown_name))
    return false;
  const std::optional<KeyId> key = keys_.find(state.shown_name);
  // A name that was given back since then was known to be clear there.
  static constexpr Cell clear{.desired = first_value, .observed = first_value};
  const Cell* cell = key ? &replicator_.cell(places_.of(server), *key) : &clear;
  if (cell->desired == no_value) cell = &clear;
  if (cell->desired != first_value) return false;  // a server has that device now
  if (notes_.is_foreign(server, state.shown_name)) {
    notes_.keep(server, state.shown_name);  // again, if the note did not arrive
    return true;
  }
  if (orphans_.returns(server, state.shown_name) > most_returns) return true;  // there was no room for its note
  if (cell->observed != first_value || state.value == values_.text(first_value)) return false;
  if (key && orphans_.waits(*key)) return false;  // this was said before
  orphans_.came_back(server, state.shown_name);
  if (orphans_.returns(server, state.shown_name) <= most_returns) return false;
  const bool noted = notes_.keep(server, state.shown_name);
  host_.log(Level::warning, server_label(host_, server) + ": " + std::string(state.shown_name) +
                                " was set again after the broker had cleared it, so it belongs to somebody else and is "
                                "left alone. Rename it, for its name has the form of what the broker writes" +
                                (noted ? ""
                                       : "; there are too many of these: after a restart of the broker this one is "
                                         "cleared again"));
  return true;
}

/// The server holds a name that nobody contributes to at present.
void Distributor::note_held(ServerId server, KeyId key, const ListedState& state) {
  if (notes_.is_foreign(server, state.shown_name)) notes_.found(server, state.shown_name);
  else orphans_.add(key, state.technology);
}

void Distributor::leave_notes(ServerId target) {
  const auto is_ours = [&](std::string_view name) {
    const std::optional<KeyId> key = keys_.find(name);
    return key && replicator_.cell(places_.of(target), *key).desired != no_value;
  };
  notes_.leave(target, is_ours, [this, target](const Reply& reply) { notes_left(target, reply); });
}

/// What waited for the notes is sent, or ends as they did.
void Distributor::notes_left(ServerId target, const Reply& reply) {
  const std::vector<KeyId> held_back = std::exchange(servers_[target].held_back, {});
  const Place place = places_.of(target);
  if (place == no_place) return;  // retired meanwhile
  // Their own writes were not sent, whatever became of the notes.
  const Reply ended{reply.outcome == Outcome::unknown ? Outcome::not_sent : reply.outcome, reply.text, {}};
  for (const KeyId key : held_back) {
    if (reply.ok() && replicator_.target(place).is_ours()) send(target, key, replicator_.cell(place, key).in_flight);
    else if (reply.ok()) answered(target, key, {Outcome::not_sent, "it is not to be written to by now", {}});
    else answered(target, key, ended);
  }
}

void Distributor::look_for_orphans() {
  if (orphans_are_due_) return clear_orphans();
  if (orphan_timer_ != 0) return;
  orphan_timer_ = host_.after(first_orphans, [this] {
    orphan_timer_ = 0;
    orphans_are_due_ = true;
    clear_orphans();
    set_retry_timer();
  });
}

void Distributor::clear_orphans() {
  std::size_t told = 0;
  orphans_.each_known([&](KeyId key) { clear_orphan(key, told); });
  if (told > most_lines_of_orphans)
    host_.log(Level::info, "and " + std::to_string(told - most_lines_of_orphans) + " more are cleared likewise");
}

void Distributor::clear_orphan(KeyId key, std::size_t& told) {
  for (const ServerInfo& server : host_.servers()) {
    const Place place = places_.of(server.id);
    if (place == no_place || !replicator_.target(place).is_ours()) continue;
    const Server& state = servers_[server.id];
    if (state.others_heard || state.others_heard_before) continue;  // it may be theirs
    if (notes_.is_foreign(server.id, keys_.shown_name(key))) continue;
    const Cell& cell = replicator_.cell(place, key);
    const bool is_lit = cell.observed != no_value && cell.observed != absent && cell.observed != first_value;
    if (cell.desired != no_value || !is_lit) continue;
    if (++told <= most_lines_of_orphans)
      host_.log(Level::info, server_label(host_, server.id) + ": " + std::string(keys_.shown_name(key)) + " is " +
                                 std::string(for_log(values_.text(cell.observed))) +
                                 " from an earlier life of the broker, and no server has that any more: it becomes " +
                                 std::string(values_.text(first_value)));
    orphans_.cleared(server.id, keys_.shown_name(key));
    replicator_.clear_orphan(place, key, host_.now());
  }
}

}  // namespace amibroker::replication
