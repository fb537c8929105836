// SPDX-License-Identifier: Apache-2.0
//
// What sites say of devices that are their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "plugins/replication/sites/hybrid_clock.hpp"
#include "plugins/replication/types.hpp"
#include "plugins/replication/value_table.hpp"

namespace amibroker::replication {

/// What one site says in one zone, as a number from 0.
using StreamId = std::uint16_t;

/// For each key a short list: which stream gives it which value. 24 bytes for each value and 4 for each key, so that a
/// million devices of other sites cost little. Pure; one thread.
class ContributionTable {
 public:
  struct Entry {
    Stamp stamp = 0;  ///< when it was changed, if that matters; otherwise 0
    ValueId value = no_value;
    std::uint32_t next = 0;
    StreamId stream = 0;
    std::uint16_t generation = 0;  ///< of the stream when it last said so: what is older than a snapshot goes
    std::uint32_t said_as = 0;     ///< Replicator::contributions when it was said: tells what came later
  };

  explicit ContributionTable(const ValueTable& values) : values_(values) {}

  /// The stream gives the key this value (not no_value); `name`: of the key. True if that is different from before.
  bool set(KeyId key, std::string_view name, StreamId stream, ValueId value, Stamp stamp, std::uint16_t generation,
           std::uint32_t said_as = 0);
  /// The stream gives the key no value. True if it gave one.
  bool remove(KeyId key, std::string_view name, StreamId stream);

  /// Null if the stream gives the key none.
  [[nodiscard]] const Entry* find(KeyId key, StreamId stream) const noexcept;
  [[nodiscard]] bool any(KeyId key) const noexcept { return key < first_.size() && first_[key] != 0; }
  /// Calls `visit(const Entry&)` for each of the key's entries.
  template <typename Visit>
  void each(KeyId key, Visit&& visit) const {
    if (key >= first_.size()) return;
    for (std::uint32_t at = first_[key]; at != 0; at = pool_[at].next) visit(pool_[at]);
  }
  /// One more than the highest key that ever had an entry.
  [[nodiscard]] KeyId keys() const noexcept { return static_cast<KeyId>(first_.size()); }

  /// What a stream gives values to: how many keys, and the sum of their hashes (see entry_hash).
  struct Sum {
    std::uint32_t count = 0;
    std::uint64_t hash = 0;
    friend bool operator==(const Sum&, const Sum&) = default;
  };
  [[nodiscard]] Sum sum(StreamId stream) const noexcept { return stream < sums_.size() ? sums_[stream] : Sum{}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Everything goes, with its memory.
  void clear();

  /// Calls `visit(ValueId)` for each value, repeats included.
  template <typename Visit>
  void each_value(Visit&& visit) const {
    for (const Entry& entry : pool_)
      if (entry.value != no_value) visit(entry.value);
  }

 private:
  [[nodiscard]] std::uint32_t* link_to(KeyId key, StreamId stream) noexcept;
  void count(StreamId stream, std::string_view name, const Entry& entry, bool in);

  const ValueTable& values_;
  std::vector<std::uint32_t> first_;  ///< by key: position in the pool; 0: none
  std::deque<Entry> pool_{Entry{}};   ///< a deque, so that growing never copies it; position 0 is not used
  std::uint32_t free_ = 0;
  std::vector<Sum> sums_;  ///< by stream
  std::size_t size_ = 0;
};

}  // namespace amibroker::replication
