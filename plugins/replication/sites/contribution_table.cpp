// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/contribution_table.hpp"

#include <utility>

#include "plugins/replication/sites/entry_hash.hpp"

namespace amibroker::replication {

bool ContributionTable::set(KeyId key, std::string_view name, StreamId stream, ValueId value, Stamp stamp,
                            std::uint16_t generation, std::uint32_t said_as) {
  if (std::uint32_t* const link = link_to(key, stream)) {
    Entry& entry = pool_[*link];
    entry.generation = generation;
    if (entry.value == value && entry.stamp == stamp) return false;
    count(stream, name, entry, false);
    entry.value = value;
    entry.stamp = stamp;
    entry.said_as = said_as;
    count(stream, name, entry, true);
    return true;
  }
  if (key >= first_.size()) first_.resize(key + std::size_t{1}, 0);
  std::uint32_t at = free_;
  if (at != 0) {
    free_ = pool_[at].next;
  } else {
    at = static_cast<std::uint32_t>(pool_.size());
    pool_.emplace_back();
  }
  pool_[at] = {stamp, value, first_[key], stream, generation, said_as};
  first_[key] = at;
  ++size_;
  count(stream, name, pool_[at], true);
  return true;
}

bool ContributionTable::remove(KeyId key, std::string_view name, StreamId stream) {
  std::uint32_t* const link = link_to(key, stream);
  if (link == nullptr) return false;
  const std::uint32_t at = *link;
  count(stream, name, pool_[at], false);
  *link = pool_[at].next;
  pool_[at] = {};
  pool_[at].next = std::exchange(free_, at);
  --size_;
  return true;
}

const ContributionTable::Entry* ContributionTable::find(KeyId key, StreamId stream) const noexcept {
  if (key >= first_.size()) return nullptr;
  for (std::uint32_t at = first_[key]; at != 0; at = pool_[at].next)
    if (pool_[at].stream == stream) return &pool_[at];
  return nullptr;
}

void ContributionTable::clear() {
  first_ = {};
  pool_ = std::deque<Entry>{Entry{}};
  free_ = 0;
  sums_ = {};
  size_ = 0;
}

std::uint32_t* ContributionTable::link_to(KeyId key, StreamId stream) noexcept {
  if (key >= first_.size()) return nullptr;
  std::uint32_t* link = &first_[key];
  while (*link != 0 && pool_[*link].stream != stream) link = &pool_[*link].next;
  return *link == 0 ? nullptr : link;
}

void ContributionTable::count(StreamId stream, std::string_view name, const Entry& entry, bool in) {
  if (stream >= sums_.size()) sums_.resize(stream + std::size_t{1});
  const std::uint64_t hash = entry_hash(name, values_.text(entry.value), entry.stamp);
  sums_[stream].count += in ? 1U : -1U;
  sums_[stream].hash += in ? hash : -hash;
}

}  // namespace amibroker::replication
