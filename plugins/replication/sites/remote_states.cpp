// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/remote_states.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "plugins/replication/rules.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {
namespace {

constexpr std::chrono::hours between_lines{1};
constexpr std::string_view cannot_be = "servers here cannot hold such a name with such a value";
constexpr std::string_view not_a_key =
    "there are too many names, or servers here share one of this name in another way";

bool is_due(std::optional<TimePoint>& warned, TimePoint now) {
  if (warned && now - *warned < between_lines) return false;
  warned = now;
  return true;
}

/// The number may wrap between two, so the difference decides.
bool is_before(std::uint16_t one, std::uint16_t other) noexcept {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(one - other)) < 0;
}

}  // namespace

RemoteStates::RemoteStates(const Parts& parts, std::span<const std::string_view> accept, std::size_t most_names)
    : parts_(parts),
      accept_(accept),
      most_names_(most_names),
      said_(parts.values),
      refused_(parts.host.counter("site_names_refused")),
      over_quota_(parts.host.counter("site_names_over_limit")),
      wrong_clock_(parts.host.counter("site_stamps_refused")) {}

StreamId RemoteStates::add_stream(SiteId site, std::string_view site_name, ZoneId zone, bool is_own_site) {
  if (site >= sites_.size()) sites_.resize(site + std::size_t{1});
  sites_[site].name = site_name;
  streams_.push_back({site, zone, is_own_site});
  return static_cast<StreamId>(streams_.size() - 1);
}

// --- Lines ---------------------------------------------------------------------------------------------------------

void RemoteStates::take(StreamId stream, const Line& line, Urgency urgency, std::int64_t unix_ms) {
  if (!accept_.pass(line.name)) return;
  if (line.kind == LineKind::shared) return take_shared(stream, line, urgency, unix_ms);
  // What the site's own servers say, this broker hears from themselves.
  if (!streams_[stream].own_site) take_one_way(stream, line, urgency);
}

void RemoteStates::take_one_way(StreamId stream, const Line& line, Urgency urgency) {
  if (line.kind == LineKind::gone) {
    const std::optional<KeyId> key = parts_.keys.find(line.name);
    if (key) remove(stream, *key, urgency);
    return;
  }
  if ((line.kind == LineKind::dated) != parts_.states.newest_counts() ||
      !parts_.names.may_be(line.name, Sharing::one_way, line.value))
    return refuse(stream, line.name, cannot_be);
  const std::optional<KeyId> known = parts_.keys.find(line.name);
  const bool is_new = !known || said_.find(*known, stream) == nullptr;
  if (is_new && !has_room(stream)) return;
  const std::optional<KeyId> key = parts_.names.key_for(line.name, Sharing::one_way);
  if (!key) return refuse(stream, line.name, not_a_key);
  const ValueId value = parts_.names.number_of(line.value);
  if (!said_.any(*key)) parts_.keys.hold(*key);
  if (is_new) ++sites_[streams_[stream].site].names;
  if (!said_.set(*key, line.name, stream, value, line.stamp, streams_[stream].generation,
                 parts_.replicator.contributions()))
    return;
  show(*key, streams_[stream].zone, urgency);
}

void RemoteStates::remove(StreamId stream, KeyId key, Urgency urgency) {
  if (!said_.remove(key, parts_.keys.shown_name(key), stream)) return;
  --sites_[streams_[stream].site].names;
  show(key, streams_[stream].zone, urgency);
  if (!said_.any(key)) parts_.keys.release(key);
}

void RemoteStates::take_shared(StreamId stream, const Line& line, Urgency urgency, std::int64_t unix_ms) {
  const ZoneId zone = streams_[stream].zone;
  if (HybridClock::is_too_far_ahead(line.stamp, unix_ms) && keeps_rule(42)) {
    count(wrong_clock_);
    return warn_of_clock(sites_[streams_[stream].site]);
  }
  parts_.clock.heard(line.stamp);
  if (!parts_.names.may_be(line.name, Sharing::symmetric, line.value)) return refuse(stream, line.name, cannot_be);
  const Stream& from = streams_[stream];
  const ValueId value = parts_.names.number_of(line.value);
  // What a snapshot says, a third site may have set.
  const SiteId by = urgency == Urgency::dump ? unknown_site : from.own_site ? this_site : from.site;
  const bool is_right = from.own_site && !speaks_ && urgency == Urgency::dump;
  if (from.own_site && from.is_read) streams_[stream].shared.emplace(line.name);
  const Registers::Taken taken = is_right ? parts_.registers.put(zone, line.name, value, line.stamp, by)
                                          : parts_.registers.take(zone, line.name, value, line.stamp, by);
  if (taken == Registers::Taken::no_room) return refuse(stream, line.name, "there are too many shared names");
  if (waits(stream, line, urgency)) return;
  // A later stamp alone may make this zone's value count more than another zone's.
  if (taken != Registers::Taken::no) show_shared(zone, line.name, urgency);
}

void RemoteStates::set_here(KeyId key, ValueId value) {
  set_here_.insert_or_assign(std::string(parts_.keys.shown_name(key)),
                             SetHere{std::string(parts_.values.text(value)), parts_.host.now()});
}

/// Whether the servers here are not shown what the line says before `settle`. What was set on a server of this site,
/// both of its brokers hear from that server; if each then followed the other's word as well, which comes later, two
/// changes would chase each other for ever.
bool RemoteStates::waits(StreamId stream, const Line& line, Urgency urgency) {
  const bool is_ours = streams_[stream].own_site && !speaks_ && urgency == Urgency::live;
  const auto found = set_here_.find(line.name);
  if (found == set_here_.end()) {
    if (is_ours) set_here_.emplace(line.name, SetHere{std::string(line.value), parts_.host.now()});
    return is_ours;
  }
  if (!is_ours || found->second.value != line.value) return true;
  set_here_.erase(found);
  return false;
}

void RemoteStates::settle(std::optional<TimePoint> spoke) {
  for (auto at = set_here_.begin(); at != set_here_.end();) {
    const TimePoint since = at->second.since;
    if (parts_.host.now() - since < settle_within || !spoke || *spoke < since + heard_within) {
      ++at;
      continue;
    }
    const std::string name = at->first;
    at = set_here_.erase(at);
    for (ZoneId zone = 0; zone < parts_.zones.size(); ++zone) show_shared(zone, name, Urgency::dump);
  }
}

// --- Showing -------------------------------------------------------------------------------------------------------

void RemoteStates::show(KeyId key, ZoneId zone, Urgency urgency) {
  std::span<const Place> places = parts_.zones.places(zone);
  if (parts_.hints != nullptr) places = parts_.hints->who_needs(parts_.keys.shown_name(key), places);
  parts_.names.touch(key);
  parts_.replicator.outside_changed(key, places, urgency, parts_.host.now());
}

void RemoteStates::show_name(std::string_view name) {
  const std::optional<KeyId> key = parts_.keys.find(name);
  if (!key) return;
  std::vector<ZoneId> zones;
  said_.each(*key, [&](const ContributionTable::Entry& entry) { zones.push_back(streams_[entry.stream].zone); });
  for (const ZoneId zone : zones) show(*key, zone, Urgency::dump);
}

void RemoteStates::show_shared(ZoneId zone, std::string_view name, Urgency urgency) {
  const std::span<const Place> places = parts_.zones.places(zone);
  const Registers::Register* const entry = parts_.registers.find(zone, name);
  if (places.empty() || entry == nullptr) return;
  // A name that nobody knows shows the same as one that is neutral.
  if (!parts_.keys.find(name) && entry->value == first_value) return;
  const std::optional<KeyId> key = parts_.names.key_for(name, Sharing::symmetric);
  if (!key) return;
  parts_.names.touch(*key);
  for (const Place place : places)
    if (const Registers::Register* const wanted = expected(place, name))
      parts_.replicator.set_shared(*key, place, wanted->value, urgency, parts_.host.now());
}

const Registers::Register* RemoteStates::expected(Place place, std::string_view name) const noexcept {
  const Registers::Register* newest = nullptr;
  for (const ZoneId zone : parts_.zones.of(place)) {
    const Registers::Register* const entry = parts_.registers.find(zone, name);
    if (entry != nullptr && (newest == nullptr || parts_.registers.wins(*entry, *newest))) newest = entry;
  }
  return newest;
}

void RemoteStates::add(KeyId key, const Row& row, std::span<ValueId> shown) const noexcept {
  if (!said_.any(key)) return;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Place target = row.place(i);
    Said all{shown[i], 0};
    if (parts_.states.newest_counts())
      all = parts_.states.newest_for(parts_.replicator.row(key), key, target, parts_.neighbours);
    said_.each(key, [&](const ContributionTable::Entry& entry) {
      if (parts_.zones.has(streams_[entry.stream].zone, target))
        all = parts_.states.together(all, {entry.value, entry.stamp});
    });
    shown[i] = all.value;
  }
}

// --- Walks over all keys -------------------------------------------------------------------------------------------

void RemoteStates::end_snapshot(StreamId stream) {
  Stream& of = streams_[stream];
  of.is_read = false;
  if (of.own_site && !speaks_) parts_.registers.keep_only(of.zone, of.shared);
  of.shared.clear();
  sweep(stream);
}

void RemoteStates::sweep(StreamId stream) {
  swept_[stream] = streams_[stream].generation;
  next_ = 0;
  work_soon();
}

void RemoteStates::show_all() {
  shows_all_ = true;
  next_ = 0;
  work_soon();
}

void RemoteStates::work_soon() {
  if (std::exchange(works_, true)) return;
  parts_.host.post([this] {
    works_ = false;
    work();
  });
}

void RemoteStates::work() {
  const auto end = static_cast<KeyId>(std::min<std::size_t>(next_ + keys_a_slice, said_.keys()));
  for (std::size_t changes = 0; next_ < end && changes < keys_a_slice / 20; ++next_) {
    if (!said_.any(next_)) continue;
    sweep_key(next_);
    ++changes;
  }
  if (next_ < said_.keys()) return work_soon();
  swept_.clear();
  if (!std::exchange(shows_all_, false)) return;
  std::vector<std::pair<ZoneId, std::string>> shared;
  parts_.registers.each(
      [&](ZoneId zone, std::string_view name, const Registers::Register&) { shared.emplace_back(zone, name); });
  for (const auto& [zone, name] : shared) show_shared(zone, name, Urgency::dump);
}

void RemoteStates::sweep_key(KeyId key) {
  std::vector<StreamId> old;
  std::vector<ZoneId> zones;
  said_.each(key, [&](const ContributionTable::Entry& entry) {
    const Stream& stream = streams_[entry.stream];
    // A further snapshot may have begun since then: what it has not reached yet is not old.
    const auto swept = swept_.find(entry.stream);
    if (swept != swept_.end() && is_before(entry.generation, swept->second)) old.push_back(entry.stream);
    else if (shows_all_) zones.push_back(stream.zone);
  });
  for (const ZoneId zone : zones) show(key, zone, Urgency::dump);
  for (const StreamId stream : old) remove(stream, key, Urgency::dump);
}

// --- What is too much, or wrong ------------------------------------------------------------------------------------

bool RemoteStates::has_room(StreamId stream) {
  Site& site = sites_[streams_[stream].site];
  if (site.names < most_names_ || !keeps_rule(26)) return true;
  streams_[stream].cut = true;
  count(over_quota_);
  if (is_due(site.warned_of_quota, parts_.host.now()))
    parts_.host.log(
        Level::warning,
        "site " + site.name + " has more than " + std::to_string(most_names_) +
            " names, which is what one site may bring here: what is beyond is not shown. Find out why it "
            "has so many; if they are right, raise the limit of names, or take fewer (`accept` in [cluster])");
  return false;
}

void RemoteStates::refuse(StreamId stream, std::string_view name, std::string_view reason) {
  streams_[stream].cut = true;
  count(refused_);
  Site& site = sites_[streams_[stream].site];
  const WarnedNames::Answer answer = site.warned.ask(name);
  if (answer == WarnedNames::Answer::silent) return;
  parts_.host.log(Level::warning,
                  std::string("site ")
                      .append(site.name)
                      .append(": \"")
                      .append(for_log(name))
                      .append("\" is not shown here: ")
                      .append(reason)
                      .append(answer == WarnedNames::Answer::warn_last ? "; further such names are only counted" : ""));
}

void RemoteStates::warn_of_clock(Site& site) {
  if (is_due(site.warned_of_clock, parts_.host.now()))
    parts_.host.log(Level::warning, "site " + site.name +
                                        " says that it set a shared name more than a minute from now, so that is not "
                                        "taken: one of the two machines' clocks is wrong. Set both by NTP");
}

}  // namespace amibroker::replication
