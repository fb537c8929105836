// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/registers.hpp"

#include <algorithm>
#include <chrono>

#include "plugins/replication/rules.hpp"
#include "plugins/replication/sites/entry_hash.hpp"

namespace amibroker::replication {

bool Registers::wins(const Register& one, const Register& other) const noexcept {
  if (!keeps_rule(41)) return true;  // what came last
  if (one.stamp != other.stamp) return one.stamp > other.stamp;
  if ((one.value == neutral_) != (other.value == neutral_)) return other.value == neutral_;
  return values_.text(one.value) > values_.text(other.value);
}

Registers::Taken Registers::take(ZoneId zone, std::string_view name, ValueId value, Stamp stamp, SiteId by) {
  const auto found = names_.find(View{zone, name});
  if (found == names_.end()) return add(zone, name, {value, stamp, by});
  const Register offered{value, stamp, by};
  const bool same = found->second.value == value;
  if (same ? stamp <= found->second.stamp : !wins(offered, found->second)) return Taken::no;
  change(*found, offered);
  return same ? Taken::stamp : Taken::value;
}

Registers::Taken Registers::put(ZoneId zone, std::string_view name, ValueId value, Stamp stamp, SiteId by) {
  const auto found = names_.find(View{zone, name});
  if (found == names_.end()) return add(zone, name, {value, stamp, by});
  const bool same = found->second.value == value;
  if (same && stamp == found->second.stamp) return Taken::no;
  change(*found, {value, stamp, by});
  return same ? Taken::stamp : Taken::value;
}

Registers::Taken Registers::add(ZoneId zone, std::string_view name, const Register& entry) {
  if (names_.size() >= most_) return Taken::no_room;
  const auto added = names_.emplace(Name{zone, std::string(name)}, entry).first;
  count(added->first, added->second, true);
  return Taken::value;
}

void Registers::change(Names::value_type& entry, const Register& to) {
  count(entry.first, entry.second, false);
  entry.second = to;
  count(entry.first, entry.second, true);
}

const Registers::Register* Registers::find(ZoneId zone, std::string_view name) const noexcept {
  const auto found = names_.find(View{zone, name});
  return found == names_.end() ? nullptr : &found->second;
}

void Registers::shift_ahead(std::int64_t unix_ms, std::int64_t by_ms) {
  for (auto& entry : names_) {
    if (!HybridClock::is_too_far_ahead(entry.second.stamp, unix_ms)) continue;
    const std::int64_t ms = std::max<std::int64_t>(HybridClock::ms_of(entry.second.stamp) - by_ms, 1);
    change(entry, {entry.second.value, static_cast<Stamp>(ms) << 16 | (entry.second.stamp & 0xffffU), entry.second.by});
  }
}

void Registers::expire(std::int64_t unix_ms) {
  constexpr int most_looked_at = 1000;
  constexpr std::int64_t keep_ms = std::chrono::milliseconds(keep_neutral).count();
  auto at = names_.upper_bound(looked_at_);
  for (int i = 0; i < most_looked_at && at != names_.end(); ++i) {
    looked_at_ = at->first;
    if (at->second.value == neutral_ && HybridClock::ms_of(at->second.stamp) + keep_ms < unix_ms) at = names_.erase(at);
    else ++at;
  }
  if (at == names_.end()) looked_at_ = {};
}

void Registers::remove(ZoneId zone) {
  const auto begin = names_.lower_bound(View{zone, {}});
  auto end = begin;
  while (end != names_.end() && end->first.zone == zone) ++end;
  names_.erase(begin, end);
  if (zone < hashes_.size()) hashes_[zone] = {};
}

void Registers::keep_only(ZoneId zone, const std::set<std::string, std::less<>>& names) {
  for (auto at = names_.lower_bound(View{zone, {}}); at != names_.end() && at->first.zone == zone;) {
    if (names.contains(at->first.text)) {
      ++at;
      continue;
    }
    count(at->first, at->second, false);
    at = names_.erase(at);
  }
}

void Registers::count(const Name& name, const Register& entry, bool in) {
  if (entry.value == neutral_) return;
  if (name.zone >= hashes_.size()) hashes_.resize(name.zone + std::size_t{1});
  const std::uint64_t hash = entry_hash(name.text, values_.text(entry.value), entry.stamp);
  const std::size_t part = entry_hash(name.text, {}, 0) % parts;
  hashes_[name.zone][part] += in ? hash : -hash;
}

}  // namespace amibroker::replication
