// SPDX-License-Identifier: Apache-2.0
//
// Sites, messages and heartbeats. How a snapshot is taken is in receiver_snapshots.cpp.
#include "plugins/replication/sites/receiver.hpp"

#include <algorithm>
#include <utility>

#include "plugins/replication/rules.hpp"
#include "plugins/replication/sites/publisher.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {

Receiver::Receiver(Host& host, Bus& bus, RemoteStates& states, const Registers& registers, const ZoneTable& zones,
                   std::uint64_t jitter)
    : host_(host),
      bus_(bus),
      states_(states),
      registers_(registers),
      zones_(zones),
      random_(jitter | 1U),
      received_(host.counter("site_messages_received")),
      dropped_(host.counter("site_messages_dropped")),
      bad_(host.counter("site_lines_bad")),
      gaps_(host.counter("site_gaps")),
      snapshots_(host.counter("site_snapshots")) {
  zones_changed();
}

Receiver::~Receiver() = default;

// --- What is listened to -------------------------------------------------------------------------------------------

void Receiver::zones_changed() {
  listens_.resize(zones_.size());
  for (ZoneId zone = 0; zone < zones_.size(); ++zone) {
    const bool needed = !zones_.places(zone).empty();
    if (listens_[zone] == needed) continue;
    listens_[zone] = needed;
    const std::string topic = topic_of("st", zones_.name(zone));
    if (needed) {
      bus_.subscribe(topic, [this, zone](const Bus::Heard& heard) { message(heard, zone); });
      continue;
    }
    bus_.unsubscribe(topic);
    for (auto& [where, stream] : streams_)
      if (stream->zone == zone) withdraw(*stream);
  }
}

Receiver::Site* Receiver::site_of(std::string_view name) {
  const auto found = sites_.find(name);
  if (found != sites_.end()) return &found->second;
  if (sites_.size() >= most_sites) return nullptr;
  Site& site = sites_[std::string(name)];
  site.name = name;
  site.id = static_cast<SiteId>(sites_.size() - 1);
  site.own = name == bus_.info().site;
  return &site;
}

Receiver::Stream* Receiver::stream_of(Site& site, ZoneId zone) {
  const auto found = streams_.find({site.id, zone});
  if (found != streams_.end()) return found->second.get();
  if (streams_.size() >= most_streams) return nullptr;
  auto stream = std::make_unique<Stream>();
  stream->id = states_.add_stream(site.id, site.name, zone, site.own);
  stream->site = &site;
  stream->zone = zone;
  return streams_.emplace(std::pair(site.id, zone), std::move(stream)).first->second.get();
}

// --- Epochs and numbers --------------------------------------------------------------------------------------------

/// Whether what comes with this epoch is to be taken.
bool Receiver::follows_epoch(const Site& site, std::uint64_t epoch) const noexcept {
  return epoch >= site.epoch || is_silent(site);
}

void Receiver::begin_epoch(Site& site, std::uint64_t epoch) {
  if (epoch == site.epoch) return;
  site.epoch = epoch;
  site.complete = false;
}

void Receiver::message(const Bus::Heard& heard, ZoneId zone) {
  std::string_view text = heard.payload;
  const std::optional<StreamHead> head = take_stream_head(text);
  const auto found = sites_.find(heard.site);
  if (!head) return count(bad_);
  // A site is known by its heartbeat, and what it said before that is in its snapshot.
  if (found == sites_.end() || found->second.lost || !listens_[zone]) return count(dropped_);
  Site& site = found->second;
  Stream* const stream = stream_of(site, zone);
  if (stream == nullptr || !follows_epoch(site, head->epoch)) return count(dropped_);
  begin_epoch(site, head->epoch);
  if (stream->epoch != head->epoch) {
    stream->epoch = head->epoch;
    stream->number = head->number;
    stream->read = false;
    want(*stream);
  } else if (head->number <= stream->number && keeps_rule(46)) {
    return count(dropped_);
  } else if (head->number > stream->number + 1) {
    count(gaps_);
    ++site.gaps;
    if (keeps_rule(40)) want(*stream);
  }
  stream->number = std::max(stream->number, head->number);
  count(received_);
  stream->withdrawn = false;
  const std::int64_t unix_ms = bus_.unix_ms();
  LineReader lines(text);
  while (const std::optional<Line> line = lines.next()) {
    if (stream->asking) stream->newer[std::string(line->name)] = head->number;
    states_.take(stream->id, *line, Urgency::live, unix_ms);
  }
  if (lines.bad() != 0) bad_.fetch_add(lines.bad(), std::memory_order_relaxed);
}

// --- Heartbeats ----------------------------------------------------------------------------------------------------

void Receiver::heartbeat(std::string_view name, const Heartbeat& heartbeat, bool we_speak) {
  Site* const site = site_of(name);
  if (site == nullptr || !follows_epoch(*site, heartbeat.epoch)) return count(dropped_);
  begin_epoch(*site, heartbeat.epoch);
  const bool was_lost = std::exchange(site->lost, false);
  site->heard = host_.now();
  site->complete = heartbeat.complete;
  site->filtered = heartbeat.filtered;
  site->variant = heartbeat.variant;
  for (const Heartbeat::Stream& said : heartbeat.streams) {
    const std::optional<ZoneId> zone = zones_.find(said.zone);
    if (!zone || zones_.places(*zone).empty()) continue;
    Stream* const stream = stream_of(*site, *zone);
    if (stream == nullptr) continue;
    if (was_lost) stream->read = false;
    compare(*stream, said, we_speak);
  }
  // A zone that the site has no server in any more.
  for (auto& [where, stream] : streams_) {
    if (where.first != site->id || stream->withdrawn) continue;
    const bool named = std::any_of(heartbeat.streams.begin(), heartbeat.streams.end(),
                                   [&](const auto& said) { return said.zone == zones_.name(where.second); });
    if (!named && heartbeat.complete) withdraw(*stream);
  }
}

void Receiver::compare(Stream& stream, const Heartbeat::Stream& said, bool we_speak) {
  if (stream.epoch != stream.site->epoch) {
    stream.epoch = stream.site->epoch;
    stream.number = said.number;
    stream.read = false;
  }
  const bool behind = said.number > stream.number;
  if (stream.asking && !behind) return;
  if (!stream.read || behind || (stream.leftovers && stream.site->complete)) {
    if (behind && stream.read) {
      count(gaps_);
      ++stream.site->gaps;
    }
    if (keeps_rule(40) || !stream.read) want(stream);
    return;
  }
  if (said.number < stream.number || stream.wanted) return;
  const ContributionTable::Sum sum = states_.sum(stream.id);
  const bool may_differ = stream.site->own || states_.filters() || states_.was_cut(stream.id) || stream.leftovers;
  if (!may_differ && (sum.count != said.count || sum.hash != said.hash)) return want(stream);
  // Who does not speak compares with the one that speaks for the same site, who compares with other sites.
  const bool comparable = !states_.filters() && !stream.site->filtered && stream.site->own != we_speak;
  if (comparable && keeps_rule(43)) compare_shared(stream, said);
}

/// Shared names are set by all sites, so that two of them differ for a moment is nothing. If they differ for longer and
/// neither changes, one has missed what a third one set that is not there any more.
void Receiver::compare_shared(Stream& stream, const Heartbeat::Stream& said) {
  std::vector<std::uint32_t> both;
  const Registers::Hashes ours = registers_.hashes(stream.zone);
  bool equal = true;
  bool differs = false;
  for (std::size_t part = 0; part < Registers::parts; ++part) {
    const auto own = static_cast<std::uint32_t>(ours[part] ^ ours[part] >> 32);
    const bool same = own == said.shared[part];
    equal = equal && same;
    differs |= !same && stream.shared.size() == 2 * Registers::parts && stream.shared[2 * part] == own &&
               stream.shared[2 * part + 1] == said.shared[part];
    both.push_back(own);
    both.push_back(said.shared[part]);
  }
  if (equal) stream.differs_pause = std::chrono::seconds(5);
  stream.shared = std::move(both);
  stream.differs = differs ? stream.differs + 1 : 0;
  if (stream.differs < differs_before_asked || host_.now() < stream.differs_not_before) return;
  stream.differs = 0;
  stream.differs_not_before = host_.now() + stream.differs_pause;
  stream.differs_pause = std::min(stream.differs_pause * 2, std::chrono::seconds(300));
  want(stream);
}

void Receiver::tick() {
  for (auto& [name, site] : sites_)
    if (!site.lost && host_.now() - site.heard > bus_.info().lost_after) lose(site);
  ask_for_wanted();
}

void Receiver::lose(Site& site) {
  site.lost = true;
  if (!site.own)
    host_.log(Level::warning, "site " + site.name + " has said nothing for " +
                                  std::to_string(bus_.info().lost_after.count()) +
                                  " s: its phones are not shown any more until it does. See whether its broker runs, "
                                  "and whether it reaches the bus");
  for (auto& [where, stream] : streams_)
    if (where.first == site.id && keeps_rule(45)) withdraw(*stream);
}

void Receiver::withdraw(Stream& stream) {
  stream.wanted = stream.read = stream.leftovers = false;
  stream.withdrawn = true;  // its numbers stay, so that what comes late is known as old
  if (stream.asking) fail(stream);
  stream.wanted = false;
  states_.begin_snapshot(stream.id);
  states_.sweep(stream.id);
}

}  // namespace amibroker::replication
