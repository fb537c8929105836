// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/publisher.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {

std::string topic_of(std::string_view what, std::string_view zone) {
  std::string topic(what);
  if (!zone.empty()) topic.append(1, '.').append(zone);
  return topic;
}

Publisher::Publisher(Host& host, Bus& bus, const Replicator& replicator, const KeyTable& keys, const ValueTable& values,
                     const ZoneTable& zones, const LocalStates& states, const Registers& registers)
    : host_(host),
      bus_(bus),
      replicator_(replicator),
      keys_(keys),
      values_(values),
      zones_(zones),
      states_(states),
      registers_(registers),
      share_(bus.info().share),
      said_(values),
      sent_(host.counter("site_messages_sent")),
      not_sent_(host.counter("site_messages_not_sent")) {}

void Publisher::begin(std::uint64_t epoch) {
  end();
  speaks_ = fills_ = looks_at_all_ = true;
  next_ = 0;
  epoch_ = epoch;
  work_soon();
}

void Publisher::end() {
  speaks_ = fills_ = looks_at_all_ = false;
  said_.clear();
  streams_.clear();
  changed_.clear();
  is_changed_.clear();
}

void Publisher::contributed(KeyId key) {
  if (!speaks_ || (key < is_changed_.size() && is_changed_[key])) return;
  if (key >= is_changed_.size()) is_changed_.resize(key + std::size_t{1});
  is_changed_[key] = true;
  changed_.push_back(key);
  work_soon();
}

void Publisher::removed(KeyId key) {
  if (!speaks_) return;
  for (ZoneId zone = 0; zone < zones_.size(); ++zone) withdraw(key, zone);
}

void Publisher::zones_changed() {
  if (!speaks_) return;
  looks_at_all_ = true;
  next_ = 0;
  work_soon();
}

void Publisher::news(ZoneId zone, std::string_view name, std::string_view value, Stamp stamp) {
  if (!speaks_ || fills_ || !share_.pass(name)) return;  // what is not ready is asked for as a whole
  say(zone, {LineKind::shared, name, value, stamp});
}

// --- Saying --------------------------------------------------------------------------------------------------------

/// At the end of the round, so that what changes together goes out together.
void Publisher::work_soon() {
  if (std::exchange(works_, true)) return;
  host_.post([this] {
    works_ = false;
    work();
  });
}

void Publisher::work() {
  if (!speaks_) return;
  const std::size_t count = std::min(changed_.size(), keys_a_slice);
  for (std::size_t i = 0; i < count; ++i) {
    is_changed_[changed_[i]] = false;
    look(changed_[i]);
  }
  changed_.erase(changed_.begin(), changed_.begin() + static_cast<std::ptrdiff_t>(count));
  if (looks_at_all_) {
    const KeyId end = static_cast<KeyId>(std::min<std::size_t>(next_ + keys_a_slice, replicator_.keys()));
    while (next_ < end) look(next_++);
    if (next_ >= replicator_.keys()) looks_at_all_ = fills_ = false;
  }
  for (ZoneId zone = 0; zone < streams_.size(); ++zone) send(zone);
  if (!changed_.empty() || looks_at_all_) work_soon();
}

void Publisher::look(KeyId key) {
  if (!replicator_.has(key) || replicator_.sharing(key) != Sharing::one_way) return;
  if (!share_.pass(keys_.shown_name(key))) return;
  states_.in_zones(key, in_zones_);
  const std::string_view name = keys_.shown_name(key);
  const LineKind kind = states_.newest_counts() ? LineKind::dated : LineKind::one_way;
  for (auto& [zone, now] : in_zones_) {
    // Where states are combined, the first of them says no more than nothing does; nor does it otherwise, if nobody
    // knows since when it is so.
    if (now.value == first_value && (!states_.newest_counts() || now.stamp == 0)) now.value = no_value;
    if (now.value != no_value && said_.set(key, name, zone, now.value, now.stamp, 0))
      say(zone, {kind, name, values_.text(now.value), now.stamp});
  }
  std::vector<ZoneId> over;
  said_.each(key, [&](const ContributionTable::Entry& entry) {
    if (std::none_of(in_zones_.begin(), in_zones_.end(),
                     [&](const auto& said) { return said.first == entry.stream && said.second.value != no_value; }))
      over.push_back(entry.stream);
  });
  for (const ZoneId zone : over) withdraw(key, zone);
}

void Publisher::withdraw(KeyId key, ZoneId zone) {
  const std::string_view name = keys_.shown_name(key);
  if (said_.remove(key, name, zone)) say(zone, {LineKind::gone, name, {}, 0});
}

void Publisher::say(ZoneId zone, const Line& line) {
  if (zone >= streams_.size()) streams_.resize(zone + std::size_t{1});
  if (fills_) return;
  add_line(streams_[zone].pending, line);
  if (streams_[zone].pending.size() >= bytes_a_message) send(zone);
  else work_soon();
}

/// A message that cannot be sent has its number all the same: so whoever listens sees that it is missing.
void Publisher::send(ZoneId zone) {
  Stream& stream = streams_[zone];
  if (stream.pending.empty()) return;
  const std::string payload = head_text(StreamHead{epoch_, ++stream.number}) + stream.pending;
  stream.pending.clear();
  count(bus_.publish(topic_of("st", zones_.name(zone)), payload) ? sent_ : not_sent_);
}

// --- Answering -----------------------------------------------------------------------------------------------------

std::optional<std::string> Publisher::part(ZoneId zone, const PartQuestion& question, bool complete) const {
  if (!is_ready() || question.cursor.empty()) return std::nullopt;
  if (question.epoch != epoch_) return head_text(PartHead{epoch_, 0, false, "-"});
  std::string lines;
  std::string cursor = "-";
  std::string_view after = question.cursor.substr(1);
  if (question.cursor.front() == 'k') {
    KeyId key = 0;
    if (std::from_chars(after.data(), after.data() + after.size(), key).ptr != after.data() + after.size())
      return std::nullopt;
    const std::size_t end = std::min<std::size_t>(said_.keys(), key + keys_a_part);
    for (; key < end && lines.size() < bytes_a_message; ++key) {
      const ContributionTable::Entry* const entry = said_.find(key, zone);
      if (entry == nullptr) continue;
      const LineKind kind = states_.newest_counts() ? LineKind::dated : LineKind::one_way;
      add_line(lines, {kind, keys_.shown_name(key), values_.text(entry->value), entry->stamp});
    }
    cursor = key < said_.keys() ? "k" + std::to_string(key) : "r";
  } else {
    registers_.each_after(zone, after, [&](std::string_view name, const Registers::Register& entry) {
      if (lines.size() >= bytes_a_message) return false;
      if (share_.pass(name)) add_line(lines, {LineKind::shared, name, values_.text(entry.value), entry.stamp});
      cursor = std::string("r").append(name);
      return true;
    });
    if (lines.size() < bytes_a_message) cursor = "-";
  }
  const std::uint64_t number = zone < streams_.size() ? streams_[zone].number : 0;
  return head_text(PartHead{epoch_, number, complete, cursor}) + lines;
}

void Publisher::add_streams(Heartbeat& heartbeat) {
  for (ZoneId zone = 0; zone < streams_.size(); ++zone) send(zone);
  for (ZoneId zone = 0; zone < zones_.size(); ++zone) {
    if (zones_.places(zone).empty()) continue;
    Heartbeat::Stream& stream = heartbeat.streams.emplace_back();
    stream.zone = zones_.name(zone);
    stream.number = zone < streams_.size() ? streams_[zone].number : 0;
    const ContributionTable::Sum sum = said_.sum(zone);
    stream.count = sum.count;
    stream.hash = sum.hash;
    for (const std::uint64_t part : registers_.hashes(zone))
      stream.shared.push_back(static_cast<std::uint32_t>(part ^ part >> 32));
  }
}

}  // namespace amibroker::replication
