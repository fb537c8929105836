// SPDX-License-Identifier: Apache-2.0
//
// Other brokers on the same servers, and names that somebody else keeps changing.
#include <map>
#include <string>

#include "plugins/replication/distributor.hpp"

namespace amibroker::replication {

/// In everything that goes into it two brokers must be alike to stand in for each other.
std::uint64_t Distributor::fleet_sign() const {
  std::map<std::string_view, const ServerInfo*> servers;
  for (const ServerInfo& server : host_.servers())
    if (!server.retired) servers.emplace(server.section, &server);
  FleetSign sign;
  const auto add_all = [&](std::string_view what, const auto& texts) {
    sign.add(what);
    for (const std::string_view text : texts) sign.add(text);
  };
  sign.add(variant_);
  sign.add(std::to_string(lost_after_.count()));
  add_all("include", host_.options().list("include"));
  add_all("exclude", host_.options().list("exclude"));
  for (const auto& [section, server] : servers) {
    add_all(section, server->zones);  // in their order: the first may be a part of the names
    add_all("include", server->include);
    add_all("exclude", server->exclude);
  }
  return sign.value();
}

/// Who had the same servers may have others now, or the other way round.
void Distributor::fleet_changed() {
  fleet_.reset();
  if (announce_timer_ != 0) return;
  announce_timer_ = host_.after(announce_after, [this] {
    announce_timer_ = 0;
    for (const ServerInfo& server : host_.servers())
      if (places_.of(server.id) != no_place && host_.is_up(server.id)) send_mark(server.id);
  });
}

std::uint64_t Distributor::fleet() {
  if (!fleet_) fleet_ = fleet_sign();
  return *fleet_;
}

Mark Distributor::mark_for(ServerId server) {
  Mark mark = peers_.next_mark(places_.of(server), host_.now());
  mark.fleet = fleet();
  mark.section = host_.servers()[server].section;
  return mark;
}

void Distributor::sign(ServerId server, Action& fence) { add_mark(fence, plugin_, mark_for(server)); }

void Distributor::user_event(ServerId server, const Message& event) {
  if (const std::optional<Mark> mark = read_mark(plugin_, event)) {
    const Place place = places_.of(server);
    const bool same = mark->fleet == fleet() && mark->section == host_.servers()[server].section;
    if (mark->life == life_) peers_.returned(place, mark->number, host_.now());
    else if (same) peers_.heard(place, *mark, host_.now());
    else heard_other(server, mark->life, !event["Fence"].empty());
    if (mark->life != life_ && same) heard_peer_ = mark->life;
    follow_peers();
  }
  snapshots_.on_user_event(server, event);
}

/// A broker that works beside this one. It has to know that it is not alone, so it is answered, but only if it has just
/// read the server, so that two do not answer each other without end.
void Distributor::heard_other(ServerId server, const Life& life, bool read_just_now) {
  peer_log_.other(life, server);
  Server& state = servers_[server];
  if (!read_just_now) {
    state.others_heard = true;  // a fence may be what a broker left that is gone
  } else if (host_.now() - state.others_answered >= Peers::mark_period) {
    state.others_answered = host_.now();
    send_mark(server);
  }
}

/// Does what the peers ask for: marks, and who writes.
void Distributor::follow_peers() {
  for (const Place place : peers_.take_changes()) {
    const bool leads = peers_.leads(place);
    if (replicator_.target(place).leads == leads) continue;
    ++(leads ? began_to_lead_ : ceased_to_lead_);
    replicator_.set_leads(place, leads, host_.now());
    if (leads) snapshots_.soon(places_.server(place), "another broker wrote there until now");
  }
  for (const Place place : peers_.marks_due(host_.now())) send_mark(places_.server(place));
  if (peers_.any() == (peer_timer_ != 0)) return;
  if (peers_.any()) peer_timer_ = host_.every(Peers::tick_period, [this] { tick_peers(); });
  else host_.cancel(std::exchange(peer_timer_, 0));
}

/// What the server was set to meanwhile a list says.
void Distributor::hold(ServerId server) {
  const Place place = places_.of(server);
  const bool held = host_.servers()[server].held;
  if (replicator_.target(place).held == held) return;
  replicator_.set_held(place, held, host_.now());
  if (!held) snapshots_.soon(server, "it was held");
}

void Distributor::send_mark(ServerId server) {
  Action mark("UserEvent");
  mark.add("UserEvent", broker_event);
  add_mark(mark, plugin_, mark_for(server));
  host_.request(server, mark, std::chrono::milliseconds::zero(), [this, server](const Reply& reply) {
    const Place place = places_.of(server);
    if (place != no_place && reply.outcome == Outcome::error) peers_.refused(place);
  });
}

void Distributor::tick_peers() {
  peers_.tick(host_.now());
  follow_peers();
  // Only now and not at each mark: what concerns many servers has one line.
  if (heard_peer_) peer_log_.same(*std::exchange(heard_peer_, std::nullopt), peers_.balance());
  peer_log_.changed(std::exchange(began_to_lead_, 0), std::exchange(ceased_to_lead_, 0), peers_.balance());
  set_retry_timer();
}

/// Before anything is written after a time in which the broker stood still.
void Distributor::look_at_clock() {
  if (peers_.any() && peers_.stood_still(host_.now())) tick_peers();
}

void Distributor::tell_of_held() {
  for (const Replicator::Held& held : replicator_.take_held()) {
    std::vector<ServerId> servers;
    for (const Place place : replicator_.damper().sources(held.what)) servers.push_back(places_.server(place));
    count(held_);
    peer_log_.held(keys_.shown_name(held.what.key), held.time, servers);
  }
}

}  // namespace amibroker::replication
