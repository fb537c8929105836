// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/sites.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "plugins/replication/rules.hpp"

namespace amibroker::replication {
namespace {

constexpr std::size_t most_shared_names = 1'000'000;
constexpr std::size_t most_warned = 1000;
constexpr std::chrono::hours between_lines{1};

/// Another number for each broker, so that they do not all ask at the same moment. Of the bus, not of true chance, so
/// that a simulated run can be repeated.
std::uint64_t jitter_of(const Bus& bus) {
  FleetSign sign;
  sign.add(bus.info().site);
  return sign.value() ^ static_cast<std::uint64_t>(bus.unix_ms());
}

}  // namespace

Sites::Sites(const Parts& parts, const Life& life, std::function<Local()> local, std::uint64_t variant,
             std::size_t most_names)
    : parts_(parts),
      life_(life),
      ask_local_(std::move(local)),
      variant_(variant),
      states_(parts.replicator, zones_, parts.combiner, parts.values),
      registers_(parts.values, first_value, most_shared_names),
      remote_({parts.host, parts.names, parts.replicator, parts.neighbours, parts.keys, parts.values, zones_, states_,
               registers_, clock_, parts.bus.info().hinted ? &make_hints() : nullptr},
              parts.bus.info().accept, most_names),
      publisher_(parts.host, parts.bus, parts.replicator, parts.keys, parts.values, zones_, states_, registers_),
      receiver_(parts.host, parts.bus, remote_, registers_, zones_, jitter_of(parts.bus)),
      speaker_(life),
      watch_(parts.host, parts.bus),
      started_(parts.host.now()),
      last_unix_ms_(parts.bus.unix_ms()),
      last_looked_at_(parts.host.now()) {
  servers_changed();
  parts_.bus.subscribe("hb", [this](const Bus::Heard& heard) { heard_heartbeat(heard); });
  parts_.replicator.set_outside(this);
  timer_ = parts_.host.every(tick_period, [this] { tick(); });
}

Hints& Sites::make_hints() {
  return hints_.emplace(
      parts_.host, parts_.places, [this](std::string_view name) { remote_.show_name(name); },
      [this] { remote_.show_all(); });
}

Sites::~Sites() {
  parts_.host.cancel(timer_);
  parts_.replicator.set_outside(nullptr);
}

void Sites::servers_changed() {
  if (!zones_.update(parts_.host.servers(), parts_.places)) return;
  for (ZoneId zone = 0; zone < zones_.size(); ++zone)
    if (!zones_.places(zone).empty()) serve(zone);
  receiver_.zones_changed();
  publisher_.zones_changed();
  remote_.show_all();
}

void Sites::serve(ZoneId zone) {
  if (!served_.insert(zone).second) return;
  parts_.bus.serve(topic_of("snap", zones_.name(zone)),
                   [this, zone](const Bus::Heard& question) -> std::optional<std::string> {
                     const auto asked = read_question(question.payload);
                     if (!asked || !speaker_.speaks()) return std::nullopt;
                     return publisher_.part(zone, *asked, local_.complete);
                   });
}

void Sites::removed(KeyId key) {
  publisher_.removed(key);
  states_.forget(key);
}

bool Sites::is_settled() const noexcept {
  const TimePoint now = parts_.host.now();
  if (now - started_ >= start_wait) return true;
  return up_since_ && now - *up_since_ >= first_heartbeats && receiver_.is_settled();
}

bool Sites::knows_all() const noexcept { return parts_.host.now() - started_ >= parts_.bus.info().lost_after; }

// --- What happens here ---------------------------------------------------------------------------------------------

void Sites::add(KeyId key, const Row& row, std::span<ValueId> shown) const noexcept { remote_.add(key, row, shown); }

void Sites::contributed(KeyId key, Place origin, bool found) noexcept {
  states_.changed(key, origin, found || !states_.newest_counts() ? 0 : clock_.next(parts_.bus.unix_ms()));
  publisher_.contributed(key);
}

/// The second broker of the site hears the same, and one stamp is enough: that of the one that speaks.
void Sites::news(KeyId key, Place server, ValueId value, bool found) noexcept {
  if (speaker_.other_speaks(parts_.host.now()) && !speaker_.speaks()) return remote_.set_here(key, value);
  const Stamp stamp = found ? 0 : stamp_now(parts_.keys.shown_name(key), server);
  for (const ZoneId zone : zones_.of(server)) set(zone, key, value, stamp);
}

/// A change that happens now is the last, even if the clock was set back since the one before.
Stamp Sites::stamp_now(std::string_view name, Place server) noexcept {
  Stamp stamp = clock_.next(parts_.bus.unix_ms());
  for (const ZoneId zone : zones_.of(server))
    if (const Registers::Register* const known = registers_.find(zone, name)) stamp = std::max(stamp, known->stamp + 1);
  return stamp;
}

void Sites::set(ZoneId zone, KeyId key, ValueId value, Stamp stamp) {
  const std::string_view name = parts_.keys.shown_name(key);
  const Registers::Taken taken = registers_.take(zone, name, value, stamp, this_site);
  if (taken == Registers::Taken::value || taken == Registers::Taken::stamp)
    publisher_.news(zone, name, parts_.values.text(value), stamp);
  else if (taken == Registers::Taken::no) remote_.show_shared(zone, name, Urgency::dump);  // others know better
}

// --- Speaking ------------------------------------------------------------------------------------------------------

void Sites::tick() {
  const TimePoint now = parts_.host.now();
  look_at_clock();
  local_ = ask_local_();
  if (!parts_.bus.is_up()) up_since_.reset();
  else if (!up_since_) up_since_ = now;
  const bool spoke = speaker_.speaks();
  const Speaker::Self self{local_.ready && up_since_.has_value(), local_.alone, local_.leads, local_.reach,
                           last_unix_ms_};
  if (speaker_.tick(self, now)) speak();
  if (spoke && !speaker_.speaks()) publisher_.end();
  remote_.set_speaks(speaker_.speaks());
  if (now >= next_beat_ && up_since_) {
    next_beat_ = now + heartbeat_period;
    beat();
  }
  receiver_.tick();
  remote_.settle(speaker_.other_spoke());
  registers_.expire(last_unix_ms_);
}

/// A clock that was set back by much had been ahead before: what was stamped meanwhile was as much ahead.
void Sites::look_at_clock() {
  const TimePoint now = parts_.host.now();
  const std::int64_t unix_ms = parts_.bus.unix_ms();
  const std::int64_t passed =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - std::exchange(last_looked_at_, now)).count();
  const std::int64_t set_back = last_unix_ms_ + passed - unix_ms;
  last_unix_ms_ = unix_ms;
  if (set_back <= HybridClock::most_ahead_ms / 2) return;
  clock_.set_back(set_back);
  registers_.shift_ahead(unix_ms, set_back);
}

/// Nobody spoke before, or another broker of the site did. What it did not hear any more is news.
void Sites::speak() {
  for (KeyId key = 0; key < parts_.replicator.keys(); ++key)
    if (parts_.replicator.has(key) && parts_.replicator.sharing(key) == Sharing::symmetric) take_over(key);
  remote_.decide_all();
  publisher_.begin(speaker_.epoch());
}

void Sites::take_over(KeyId key) {
  const Row row = parts_.replicator.row(key);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const ValueId held = row[i].desired;
    if (held == no_value) continue;
    const Registers::Register* const known = remote_.expected(row.place(i), parts_.keys.shown_name(key));
    if (known != nullptr && known->value == held) continue;
    const Stamp stamp = known == nullptr ? 0 : stamp_now(parts_.keys.shown_name(key), row.place(i));
    for (const ZoneId zone : zones_.of(row.place(i)))
      registers_.take(zone, parts_.keys.shown_name(key), held, stamp, this_site);
  }
}

void Sites::beat() {
  Heartbeat heartbeat;
  heartbeat.epoch = speaker_.epoch();
  heartbeat.life = life_;
  heartbeat.speaks = speaker_.speaks();
  heartbeat.leads = local_.leads;
  heartbeat.ready = heartbeat.speaks && publisher_.is_ready();
  heartbeat.complete = local_.complete;
  heartbeat.filtered = publisher_.filters() || remote_.filters() || remote_.was_cut();
  heartbeat.reach = local_.reach;
  heartbeat.unix_ms = last_unix_ms_;
  heartbeat.variant = variant_;
  if (heartbeat.ready) publisher_.add_streams(heartbeat);
  if (heartbeat.ready && beats_++ % names_every == 0)
    for (const ServerInfo& server : parts_.host.servers())
      if (!server.retired && !server.system_name.empty()) heartbeat.systems.emplace_back(server.system_name);
  parts_.bus.publish("hb", heartbeat_text(heartbeat));
}

// --- Hearing -------------------------------------------------------------------------------------------------------

void Sites::heard_heartbeat(const Bus::Heard& heard) {
  const std::optional<Heartbeat> heartbeat = read_heartbeat(heard.payload);
  if (!heartbeat || heartbeat->life == life_) return;
  const TimePoint now = parts_.host.now();
  const bool spoke = speaker_.speaks();
  if (heard.site == parts_.bus.info().site) {
    speaker_.heard({heartbeat->life, heartbeat->epoch, heartbeat->speaks, heartbeat->leads, heartbeat->reach}, now);
    if (spoke && !speaker_.speaks()) publisher_.end();
  } else {
    check(heard.site, *heartbeat);
    if (heartbeat->speaks) watch_.heartbeat(heard.site, heartbeat->unix_ms, heartbeat->variant != variant_);
  }
  remote_.set_speaks(speaker_.speaks());
  if (heartbeat->ready && heartbeat->variant == variant_)
    receiver_.heartbeat(heard.site, *heartbeat, speaker_.speaks());
}

/// What two sites must not have, or must have alike.
void Sites::check(std::string_view site, const Heartbeat& heartbeat) {
  if (heartbeat.variant != variant_)
    warn(site, "site " + std::string(site) +
                   " is not taken in: its options of this plugin make other names or values than ours. Give both the "
                   "same (name_template, aggregate, custom)");
  for (const std::string& name : heartbeat.systems)
    for (const ServerInfo& server : parts_.host.servers())
      if (!server.retired && server.system_name == name)
        warn(name, "site " + std::string(site) + " has a server whose SystemName is " + name + ", as [" +
                       std::string(server.section) +
                       "] here: a server belongs to one site only, or its phones are counted twice. Take it out of one "
                       "of the two, or give it a systemname of its own in its asterisk.conf");
}

void Sites::warn(std::string_view about, const std::string& text) {
  const TimePoint now = parts_.host.now();
  const auto found = warned_.find(about);
  if (found != warned_.end() && now - found->second < between_lines) return;
  if (found == warned_.end() && warned_.size() >= most_warned) return;
  warned_.insert_or_assign(std::string(about), now);
  parts_.host.log(Level::error, text);
}

}  // namespace amibroker::replication
