// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/peers.hpp"

#include <algorithm>

#include "plugins/replication/rules.hpp"

namespace amibroker::replication {

void Peers::add_server(Place place) {
  if (place >= servers_.size()) servers_.resize(place + std::size_t{1});
  servers_[place] = {};
}

void Peers::forget_server(Server& server) {
  if (server.up) --reach_;
  server = {};
  std::erase_if(with_peers_, [&](Place place) { return servers_[place].peers.empty(); });
}

void Peers::up(Place place, TimePoint now) {
  Server& server = servers_[place];
  if (!std::exchange(server.up, true)) ++reach_;
  server.mute = false;
  server.up_since = now;
  server.valid_from = server.sent + 1;
  server.returned.reset();
  if (server.peers.empty()) return wait_for_answer(place, now);
  set_leads(place, false, now);
  expect_leader(server, now);
  server.next_mark = now;
}

/// The answer to our first mark on a server may come after all that is needed to write to it.
void Peers::wait_for_answer(Place place, TimePoint now) {
  Server& server = servers_[place];
  if (!any() || !server.up || now - server.up_since >= answer_wait || !server.peers.empty()) return;
  set_leads(place, false, now);
  if (!std::exchange(server.waits, true)) waiting_.push_back(place);
}

void Peers::end_waiting(TimePoint now) {
  std::erase_if(waiting_, [&](Place place) {
    Server& server = servers_[place];
    if (server.waits && server.peers.empty() && now - server.up_since < answer_wait) return false;
    if (std::exchange(server.waits, false) && server.peers.empty() && server.up) set_leads(place, true, now);
    return true;
  });
}

/// Any of the others may have begun to lead while we could not see it: wait for what they say.
void Peers::expect_leader(Server& server, TimePoint now) {
  for (Peer& peer : server.peers) {
    peer.heard = now;
    peer.leads = true;
  }
}

void Peers::down(Place place, TimePoint now) {
  Server& server = servers_[place];
  if (std::exchange(server.up, false)) --reach_;
  if (!server.peers.empty()) set_leads(place, false, now);
}

void Peers::heard(Place place, const Mark& mark, TimePoint now) {
  Server& server = servers_[place];
  if (with_peers_.empty()) last_tick_ = now;
  Peer& peer = peer_of(place, mark.life);
  const bool is_new = peer.number == 0;
  if (mark.number <= peer.number) return;
  peer.number = mark.number;
  peer.heard = now;
  peer.reach = mark.reach;
  peer.leads = mark.leads;
  if (mark.leads) {
    server.leader_heard = now;
    peer.declined = false;
  }
  peer.ahead = peer.reach > reach_ && !peer.declined ? peer.ahead + 1 : 0;
  if (is_new && with_peers_.size() == 1 && server.peers.size() == 1)
    for (Place other = 0; other < servers_.size(); ++other) wait_for_answer(other, now);
  if (is_new) {
    if (server.peers.size() == 1) server.returned = now;  // until now nobody wanted a mark of us
    answer(server, now);
  }
  if (!keeps_rule(11)) return;
  const bool yields = !server.ready || (mark.leads && is_better(peer)) || peer.ahead >= yield_after;
  if (server.leads && yields) set_leads(place, false, now);
  else if (server.leads && mark.leads) answer(server, now);
}

void Peers::returned(Place place, std::uint64_t number, TimePoint now) {
  Server& server = servers_[place];
  if (number < server.valid_from) return;
  server.returned = now;
}

void Peers::tick(TimePoint now) {
  if (stood_still(now)) {
    for (const Place place : with_peers_) {
      servers_[place].valid_from = servers_[place].sent + 1;
      servers_[place].returned.reset();
      expect_leader(servers_[place], now);
    }
  }
  last_tick_ = now;
  for (const Place place : with_peers_) look(place, now);
  end_waiting(now);
  std::erase_if(with_peers_, [&](Place place) { return servers_[place].peers.empty(); });
}

void Peers::look(Place place, TimePoint now) {
  Server& server = servers_[place];
  if (!server.up) return;
  std::erase_if(server.peers, [&](const Peer& peer) { return now - peer.heard > forget_after; });
  if (server.peers.empty()) return set_leads(place, true, now);
  if (server.leads && keeps_rule(11) && !holds_lease(server, now) && !is_deaf(server, now))
    set_leads(place, false, now);
  try_to_lead(place, now);
}

void Peers::try_to_lead(Place place, TimePoint now) {
  Server& server = servers_[place];
  if (server.leads || !server.up || !server.ready) return;
  bool better = false;
  for (const Peer& peer : server.peers) {
    if (now - peer.heard >= silence) continue;
    if (peer.leads) return;
    better |= is_better(peer) && !peer.declined;
  }
  if (!holds_lease(server, now) && !is_deaf(server, now)) return;
  // The best one begins at once. If it does not, for whatever reason, anyone does.
  if (better && now - server.leader_heard < 2 * silence) return;
  for (Peer& peer : server.peers) peer.declined = true;
  set_leads(place, true, now);
}

bool Peers::follows(Place place, TimePoint now) const noexcept {
  const std::vector<Peer>& peers = servers_[place].peers;
  return !servers_[place].leads && std::any_of(peers.begin(), peers.end(), [&](const Peer& peer) {
    return peer.leads && now - peer.heard < silence && is_better(peer);
  });
}

bool Peers::is_better(const Peer& peer) const noexcept {
  return peer.reach != reach_ ? peer.reach > reach_ : peer.life < life_;
}

bool Peers::holds_lease(const Server& server, TimePoint now) noexcept {
  return server.mute || (server.returned && now - *server.returned <= lease);
}

bool Peers::is_deaf(const Server& server, TimePoint now) noexcept {
  return std::all_of(server.peers.begin(), server.peers.end(),
                     [&](const Peer& peer) { return now - peer.heard >= deaf_after; });
}

Peers::Peer& Peers::peer_of(Place place, const Life& life) {
  std::vector<Peer>& peers = servers_[place].peers;
  const auto known = std::find_if(peers.begin(), peers.end(), [&](const Peer& peer) { return peer.life == life; });
  if (known != peers.end()) return *known;
  if (peers.empty()) with_peers_.push_back(place);
  if (peers.size() < most_peers) return peers.emplace_back(Peer{.life = life});
  const auto longest = std::min_element(peers.begin(), peers.end(),
                                        [](const Peer& one, const Peer& other) { return one.heard < other.heard; });
  return *longest = Peer{.life = life};
}

void Peers::set_leads(Place place, bool leads, TimePoint now) {
  Server& server = servers_[place];
  if (std::exchange(server.leads, leads) == leads) return;
  changes_.push_back(place);
  if (!leads) server.leader_heard = now;  // the best one has its turn before we begin again
  answer(server, now);
}

void Peers::answer(Server& server, TimePoint now) noexcept {
  server.next_mark = std::min(server.next_mark, std::max(now, server.last_mark + least_gap));
}

std::pair<std::size_t, std::size_t> Peers::balance() const noexcept {
  const auto led = static_cast<std::size_t>(
      std::count_if(with_peers_.begin(), with_peers_.end(), [&](Place place) { return servers_[place].leads; }));
  return {led, with_peers_.size() - led};
}

Mark Peers::next_mark(Place place, TimePoint now) {
  Server& server = servers_[place];
  server.last_mark = now;
  server.next_mark = now + mark_period;
  return {.life = life_, .number = ++server.sent, .reach = reach_, .leads = server.leads && server.ready};
}

std::vector<Place> Peers::marks_due(TimePoint now) const {
  std::vector<Place> due;
  for (const Place place : with_peers_)
    if (servers_[place].up && now >= servers_[place].next_mark) due.push_back(place);
  return due;
}

}  // namespace amibroker::replication
