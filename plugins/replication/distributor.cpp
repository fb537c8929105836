// SPDX-License-Identifier: Apache-2.0
//
// Events and servers. Which names there are is in distributor_names.cpp, how they are written in
// distributor_writes.cpp.
#include "plugins/replication/distributor.hpp"

#include <algorithm>
#include <iterator>

#include "plugins/replication/rules.hpp"

namespace amibroker::replication {
namespace {

SnapshotConfig snapshot_config(const Host& host, const Medium& medium, const Life& life) {
  return {medium.plugin,
          medium.list_action,
          medium.list_module,
          std::chrono::seconds(host.options().integer("resync_interval")),
          life,
          medium.list_headers};
}

/// Places for the servers that are there, which the neighbours know as well.
Places places_for(const Host& host, Neighbours& neighbours) {
  Places places;
  for (const ServerInfo& server : host.servers())
    if (!server.retired) neighbours.set(places.add(server.id), server.zones);
  return places;
}

Limits limits_for(const Medium& medium) {
  Limits limits;
  if (!medium.echoes_repeats) limits.confirm_within = std::chrono::seconds::zero();
  return limits;
}

/// The same for the same configuration, so that a run of the simulation can be repeated; another one for a broker that
/// is not to stand in for this one.
double jitter_of(std::uint64_t fleet) noexcept { return static_cast<double>(fleet % 1024) / 1024; }

}  // namespace

Distributor::Distributor(Host& host, ListReader& reader, Neighbours& neighbours, const Combiner& combiner,
                         const Medium& medium)
    : host_(host),
      reader_(reader),
      plugin_(medium.plugin),
      variant_(medium.variant),
      write_(medium.write),
      lost_after_(std::chrono::seconds(host.options().integer("lost_after"))),
      keys_(medium.function, static_cast<std::size_t>(host.options().integer(medium.limit))),
      quotas_(host, medium.limit),
      values_(medium.values),
      neighbours_(neighbours),
      places_(places_for(host, neighbours)),
      replicator_(neighbours, combiner, first_value, places_.size(), *this, limits_for(medium), jitter_of(fleet())),
      gate_(neighbours, places_.size()),
      peers_(life_, places_.size()),
      peer_log_(host),
      notes_(host, medium.function, medium.notes, medium.write),
      snapshots_(host, *this, snapshot_config(host, medium, life_)),
      report_(host, replicator_, places_, keys_, values_),
      lamp_commands_(host, replicator_, places_, keys_, values_, feed_, delay_),
      log_(host, medium.module),
      servers_(host.servers().size()),
      combines_(!combiner.newest_counts()),
      echoes_(host.counter("echoes")),
      corrected_(host.counter("corrected")),
      held_(host.counter("held")),
      repeats_(host.counter("repeats")),
      early_events_(host.counter("early_events")),
      refused_names_(host.counter("refused_names")),
      names_given_back_(host.counter("names_given_back")) {
  for (const std::string_view technology : medium.technologies) orphans_.know(technology);
  host_.subscribe("LoadZmq");
  host_.subscribe("FullyBooted");
  for (const ServerInfo& server : host_.servers())
    if (!server.retired) {
      hold(server.id);
      start_lost_timer(server.id);
    }
  tidy_timer_ = host_.every(tidy_interval, [this] { tidy(); });
  if (Bus* const bus = extension<Bus>(host_)) join_sites(*bus, combiner);
  start_gate_timers(medium.lists_show_names);
}

/// A server that is not there, or does not list its states, must not hold up the others for long.
void Distributor::start_gate_timers(bool lists_show_names) {
  if (!keeps_rule(9)) replicator_.open(host_.now());
  start_timer_ = host_.after(early_wait, [this, lists_show_names] {
    if (keeps_rule(24)) replicator_.open_early(!lists_show_names, host_.now());
    set_retry_timer();
    start_timer_ = host_.after(start_wait - early_wait, [this] {
      gate_.waited();
      open_gates();
      start_timer_ = host_.after(start_limit - start_wait, [this] {
        start_timer_ = 0;
        for (Place place = 0; place < places_.size(); ++place) peers_.ready(place);
        replicator_.open(host_.now());
        set_retry_timer();
      });
    });
  });
}

void Distributor::open_gates() {
  if (sites_ && !sites_->is_settled()) return;
  for (Place place = 0; place < places_.size(); ++place) {
    if ((replicator_.target(place).open && peers_.is_ready(place)) || !gate_.is_open(place)) continue;
    peers_.ready(place);
    replicator_.open(place, host_.now());
  }
  set_retry_timer();
}

Distributor::~Distributor() {
  host_.cancel(timer_);
  host_.cancel(peer_timer_);
  host_.cancel(announce_timer_);
  host_.cancel(orphan_timer_);
  host_.cancel(sites_timer_);
  host_.cancel(start_timer_);
  host_.cancel(tidy_timer_);
  for (const Server& server : servers_) {
    host_.cancel(server.lost_timer);
    host_.cancel(server.second_reading);
  }
}

// --- Events --------------------------------------------------------------------------------------------------------

ValueId Distributor::value(std::string_view text) {
  if (values_.sweep_is_due()) sweep_values();
  return values_.intern(text);
}

void Distributor::changed_at_origin(ServerId origin, std::string_view shown_name, std::string_view technology,
                                    ValueId value) {
  const std::optional<KeyId> key = key_of(origin, shown_name, {Sharing::one_way, value, {}});
  if (!key) return orphans_.know(origin, technology);
  look_at_clock();
  const Place place = places_.of(origin);
  const ValueId before = replicator_.cell(place, *key).contribution;
  if (before == no_value) orphans_.know(origin, technology);
  if (before != value) delay_.changed(*key, host_.now());
  feed_.touch(*key);
  replicator_.changed_at_origin(place, *key, value, host_.now());
  set_retry_timer();
}

void Distributor::changed_on(ServerId server, std::string_view shown_name, ValueId value) {
  const std::optional<KeyId> key = key_of(server, shown_name, {Sharing::symmetric, value, {}});
  if (!key) return;
  look_at_clock();
  feed_.touch(*key);
  const TimePoint before = delay_.changed_at(*key);
  delay_.changed(*key, host_.now());  // before the writes, which may be answered at once
  const News news = replicator_.changed_on(places_.of(server), *key, value, host_.now());
  if (news != News::change) delay_.changed(*key, before);
  if (news == News::echo) count(echoes_);
  if (news == News::repeat) count(repeats_);
  if (news == News::unread) count(early_events_);
  tell_of_held();
  set_retry_timer();
}

void Distributor::shown_on(ServerId server, std::string_view shown_name, std::optional<ValueId> value) {
  const std::optional<KeyId> key = keys_.find(shown_name);
  if (!key) return;
  look_at_clock();
  feed_.touch(*key);
  // What was cleared as an orphan and is set again may be somebody else's: the next list judges that. After a
  // connection that left writes without an answer it may be one of these, which runs late.
  const Place place = places_.of(server);
  const bool ours_may_be_late = servers_[server].read_twice || servers_[server].second_reading != 0;
  if (!ours_may_be_late && orphans_.was_cleared(server, shown_name) &&
      replicator_.cell(place, *key).desired == first_value)
    return;
  if (replicator_.shown_on(place, *key, value.value_or(absent), host_.now()) && replicator_.target(place).leads)
    count(corrected_);
  tell_of_held();
  set_retry_timer();
}

void Distributor::on_other_event(ServerId server, const Message& event) {
  const std::string_view name = event.event();
  if (same_name(name, "UserEvent")) user_event(server, event);
  else if (same_name(name, "LoadZmq") || same_name(name, "FullyBooted")) snapshots_.soon(server, name);
  set_retry_timer();
}

// --- Servers -------------------------------------------------------------------------------------------------------

void Distributor::server_up(ServerId server) {
  const Place place = places_.of(server);
  feed_.touch_all();
  host_.cancel(std::exchange(servers_[server].lost_timer, 0));
  gate_.came_up(place);
  log_.server_up(server);
  servers_[server].read_twice = std::exchange(servers_[server].unanswered, false);
  notes_.server_up(server);
  peers_.up(place, host_.now());
  replicator_.server_up(place, host_.now());
  if (!keeps_rule(9)) replicator_.unreadable(place, host_.now());
  snapshots_.server_up(server);
  follow_peers();
  set_retry_timer();
}

void Distributor::server_down(ServerId server) {
  feed_.touch_all();
  drop_list(server);
  host_.cancel(std::exchange(servers_[server].second_reading, 0));
  snapshots_.server_down(server);
  const Place place = places_.of(server);
  gate_.went_down(place);
  peers_.down(place, host_.now());
  replicator_.server_down(place);
  start_lost_timer(server);
  open_gates();
}

void Distributor::server_added(ServerId server) {
  feed_.touch_all();
  const Place place = places_.add(server);
  neighbours_.set(place, host_.servers()[server].zones);
  replicator_.add_server(place, host_.now());
  gate_.add_server(place);
  peers_.add_server(place);
  fleet_changed();
  snapshots_.add_server();
  log_.add_server();
  notes_.add_server();
  quotas_.add_server();
  servers_.emplace_back();
  hold(server);
  if (sites_) sites_->servers_changed();
  start_lost_timer(server);
  gate_.zones_changed();
  open_gates();
}

void Distributor::server_changed(ServerId server, bool filters_changed) {
  feed_.touch_all();
  const Place place = places_.of(server);
  fleet_changed();
  const std::vector<Place> before = neighbours_.of(place);
  if (neighbours_.set(place, host_.servers()[server].zones)) {
    const std::vector<Place>& after = neighbours_.of(place);
    std::vector<Place> removed;
    std::vector<Place> added;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(removed));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
    replicator_.zones_changed(place, removed, added, host_.now());
    gate_.zones_changed();
    open_gates();
  }
  if (sites_) sites_->servers_changed();
  if (filters_changed) {
    servers_[server].filters_changed = true;
    snapshots_.soon(server, "its filters changed");
  }
  hold(server);
  set_retry_timer();
}

void Distributor::server_retired(ServerId server) {
  feed_.touch_all();
  const Place place = places_.of(server);
  host_.cancel(servers_[server].lost_timer);
  host_.cancel(servers_[server].second_reading);
  drop_list(server);
  servers_[server] = {};
  quotas_.retire(server);
  orphans_.retire(server);
  snapshots_.retire_server(server);
  notes_.retire_server(server);
  replicator_.remove_server(place, host_.now());
  neighbours_.remove(place);
  peers_.retire_server(place);
  fleet_changed();
  if (sites_) sites_->server_retired(server);
  places_.remove(server);
  gate_.retire(place);
  if (sites_) sites_->servers_changed();
  decide(place);
}

void Distributor::start_lost_timer(ServerId server) {
  host_.cancel(servers_[server].lost_timer);
  servers_[server].lost_timer = host_.after(lost_after_, [this, server] { lose(server); });
}

void Distributor::lose(ServerId server) {
  servers_[server].lost_timer = 0;
  feed_.touch_all();
  const Place place = places_.of(server);
  replicator_.server_lost(place, host_.now());
  decide(place);
}

/// What there is to know of this server is known.
void Distributor::decide(Place place) {
  gate_.decide(place);
  if (gate_.all_decided() && (!sites_ || sites_->knows_all())) look_for_orphans();
  open_gates();
}

void Distributor::list_asked(ServerId server) {
  // Whoever else is there answers the fence that belongs to the list.
  servers_[server].others_heard_before = std::exchange(servers_[server].others_heard, false);
  replicator_.list_asked(places_.of(server));
}

void Distributor::list_came(ServerId server, std::span<const Message> items) {
  drop_list(server);
  std::vector<Listed>& list = servers_[server].list;
  notes_.read(server, items);
  for (const Message& item : items) {
    const std::optional<ListedState> state = reader_.read_item(server, item);
    if (!state || is_left_alone(server, *state)) continue;
    if (state->kind == Listed::Kind::own) orphans_.know(server, state->technology);
    const ValueId listed = value(state->value);
    const std::optional<KeyId> key = key_of(server, state->shown_name, {state->sharing, listed, state->kind});
    if (!key) continue;
    // A neutral one says no more of a name that is given back meanwhile than its absence would. If it were held, names
    // would never go on servers whose lists wait long, since some list would wait at nearly any time.
    if (listed != first_value) keys_.hold(*key);
    list.push_back({*key, listed, state->kind});
    if (state->sharing != Sharing::one_way || state->kind == Listed::Kind::own) continue;
    if (replicator_.cell(places_.of(server), *key).desired == no_value) note_held(server, *key, *state);
  }
}

void Distributor::list_applies(ServerId server) {
  feed_.touch_all();
  servers_[server].filters_changed = false;
  if (sites_) sites_->server_read(server);
  const Place place = places_.of(server);
  forget_gone(server);
  look_at_clock();
  replicator_.set_follows(place, peers_.follows(place, host_.now()));
  const bool again = replicator_.read(place, servers_[server].list, host_.now());
  if (servers_[server].list_was_cut) replicator_.list_was_cut(place);
  drop_list(server);
  if (again) snapshots_.soon(server, "something changed there while it was read");
  if (std::exchange(servers_[server].read_twice, false) && keeps_rule(10))
    servers_[server].second_reading = host_.after(late_writes, [this, server] {
      servers_[server].second_reading = 0;
      snapshots_.soon(server, "writes of its last connection had no answer");
    });
  decide(place);
}

void Distributor::list_failed(ServerId server) {
  feed_.touch_all();
  const Place place = places_.of(server);
  drop_list(server);
  replicator_.unreadable(place, host_.now());
  // Which of its names pass now only a list can say, and what must not be shared any more must go.
  if (std::exchange(servers_[server].filters_changed, false)) replicator_.withdraw_all(place, host_.now());
  decide(place);
}

}  // namespace amibroker::replication
